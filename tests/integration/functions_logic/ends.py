"""Words for tests of how runs end: one in the middle of its wave, and what is recorded of it."""

from typing import Any

import orjson
from backroom.recording.outcomes import read_outcomes
from backroom.recording.record import record
from backroom.recording.request import RecordRequest
from backroom.records import PortionRecord

from tests.integration.functions_logic.conftest import JOB, RUN, World, ended, report
from tests.integration.functions_logic.waves import position

EVENT = {"job": JOB, "run": RUN, "wave": 1}


def finish(world: World, **told: Any) -> Any:
    return record(RecordRequest.model_validate(EVENT | told), world.deployment, world.now)


def checkpoint(world: World, portion: int) -> dict[str, Any]:
    saved: dict[str, Any] = orjson.loads(world.read(world.layout.checkpoint(portion)))
    return saved


def save(world: World, portion: dict[str, Any], **more: Any) -> None:
    """Save a checkpoint as the first attempt of wave 1 does."""
    known = {"portion": portion["portion"], "wave": 1, "attempt": 1, "digest": "d", "done": [0], "skipped": []}
    known |= {"failures": [], "bytes": {"read": 1, "written": 1}, "seconds": 1.0, "state": "open"}
    world.put(world.layout.checkpoint(portion["portion"]), orjson.dumps(known | more))


def seal(world: World, portion: dict[str, Any], **more: Any) -> None:
    """Seal a portion as its attempt does before it writes the result, which it has not come to."""
    save(world, portion, done=[0, 1], state="sealed", result=report(portion, 1), **more)


def in_the_middle(world: World) -> None:
    """Plan five portions: one has succeeded, one is sealed, one failed, one runs, one waits."""
    world.tenant("acme", 10)
    world.plan()
    portions = world.manifest()
    world.result(portions[0])
    seal(world, portions[1])
    save(world, portions[3])
    world.batch.children = {
        position(world, 1): ended(None, "Host EC2 (i-1) terminated."),
        position(world, 2): ended(65),
        position(world, 3): {"status": "RUNNING"},
        position(world, 4): {"status": "RUNNABLE"},
    }
    size = {"arrayProperties": {"size": 5}}
    other = {"jobId": "other", "jobName": f"{RUN}-w10-0", "status": "RUNNING", **size}
    world.batch.submitted = [{"jobId": "parent", "jobName": f"{RUN}-w1-0", "status": "PENDING", **size}, other]


def outcomes(world: World, wave: int = 1) -> dict[int, PortionRecord]:
    found = read_outcomes(world.s3, "backroom-runs", world.layout, wave)
    return {record.portion: record for record in found}
