"""What is asked for of a run that goes on, look by look."""

from dataclasses import dataclass, field
from typing import Any

from backroom.live import LivePortion
from backroom.recording.facts import Fact, Phase
from backroom.records import RunRecord
from backroom.words import RunStatus
from backroom_console.web.portions import Portions
from botocore.exceptions import ClientError

from tests.prepared_runs import BEGAN, JOB, run_id

RUN = RunRecord(JOB, run_id(1), RunStatus.RUNNING, BEGAN, portions=3)


@dataclass
class Table:
    """Live portions by when they were written, and the times since when somebody asked for them."""

    written: dict[int, int]
    asked: list[int] = field(default_factory=list)

    def of(self, _run: str, since: int) -> list[LivePortion]:
        self.asked.append(since)
        fact = Fact(1, "", 1, Phase.RUNNING, started_at=1)
        return [LivePortion(number, (fact,), at) for number, at in self.written.items() if at >= since]


class NoObjects:
    """S3 without a manifest or an outcome."""

    def get_object(self, **_: str) -> Any:
        raise ClientError({"Error": {"Code": "NoSuchKey"}}, "GetObject")


def test_only_what_may_be_news_is_asked_for() -> None:
    table, clock = Table({0: 1000, 1: 1000}), [0.0]
    portions = Portions(lambda: clock[0])
    outputs = type("Outputs", (), {"bucket": "b"})
    connection = type("Connection", (), {"live": table, "s3": NoObjects(), "outputs": outputs})
    reader: Any = type("Reader", (), {"connection": connection})
    assert set(portions.of(reader, RUN)) == {0, 1}
    assert set(portions.of(reader, RUN)) == {0, 1}
    assert table.asked == [0], "within a second nothing is asked for twice"
    clock[0], table.written[2] = 5.0, 995
    assert set(portions.of(reader, RUN)) == {0, 1, 2}, "a slow clock, or a write seen late"
    clock[0] = 30.0
    portions.of(reader, RUN)
    table.written[0] = 1030
    clock[0] = 32.0
    portions.of(reader, RUN)
    clock[0] = 34.0
    portions.of(reader, RUN)
    assert table.asked == [0, 990, 1001, 1001, 1020]
