"""What a job's container is written with.

    from backroom.worker import Portion, Work, run

    def resize(portion: Portion, work: Work) -> None:
        for image in work.items():       # what an earlier attempt finished is not handed out again
            with work.item(image):       # a bad item is recorded and passed over, up to the job's tolerance
                ...

    run(resize)

It starts in a tenth of a second because it imports obstore and orjson and neither an SDK nor a validator.
"""

from backroom.worker.bucket import Bucket
from backroom.worker.endings import BadItem, BadParams, NodeLost, Skip
from backroom.worker.member import Member
from backroom.worker.nodes import Nodes
from backroom.worker.portion import Item, Portion
from backroom.worker.run import run
from backroom.worker.work import Work

__all__ = [
    "BadItem",
    "BadParams",
    "Bucket",
    "Item",
    "Member",
    "NodeLost",
    "Nodes",
    "Portion",
    "Skip",
    "Work",
    "run",
]
