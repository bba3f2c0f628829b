"""What is left of a run, whatever its waves did: exactly the unfinished portions, each once, as it was last planned."""

import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from hashlib import sha256
from itertools import pairwise
from typing import Any, cast

import orjson
import pytest
from backroom.errors import ManifestCorruptError, NothingToResumeError
from backroom.layout import RunLayout
from backroom.manifest.index import SCHEMA, Entry, pack
from backroom.manifest.portion import Item, Portion
from backroom.planning.resume import Left, as_resumed, ascending, find_left, is_unfinished, read_left
from backroom.planning.summary import PlanSummary
from backroom.records import PortionRecord, RunRecord
from backroom.words import Capacity, Cause, Outcome, RunStatus
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

LAYOUT = RunLayout("j_b", "j_b-20261127T030000Z-0a1b")
RUN = RunRecord("j_b", LAYOUT.run, RunStatus.ABORTED, datetime(2026, 11, 27, 3, tzinfo=UTC))
RECORD = TypeAdapter(PortionRecord)
BAD = [Outcome.FAILED, Outcome.LOST, Outcome.CANCELLED, Outcome.SKIPPED]


@dataclass
class Store:
    """As much of S3 as is read here."""

    objects: dict[str, tuple[bytes, dict[str, str]]] = field(default_factory=dict)

    def get_object(self, Bucket: str, Key: str, Range: str = "") -> dict[str, Any]:  # noqa: ARG002, N803
        """An object or a range of it."""
        if Key not in self.objects:
            raise ClientError({"Error": {"Code": "NoSuchKey"}}, "GetObject")
        body, metadata = self.objects[Key]
        if Range:
            first, last = map(int, Range.removeprefix("bytes=").split("-"))
            body = body[first : last + 1]
        return {"Body": io.BytesIO(body), "Metadata": metadata, "ETag": '"e"'}

    def head_object(self, Bucket: str, Key: str) -> dict[str, Any]:  # noqa: N803
        """What is said of one."""
        return {"Metadata": self.get_object(Bucket, Key)["Metadata"]}

    def plan(self, wave: int, numbers: Iterable[int]) -> None:
        """A wave's manifest, whose lines say by their weight of which wave they are."""
        manifest, entries = b"", []
        for number in numbers:
            line = replace(PORTION, portion=number, weight=float(wave)).line()
            entries.append(Entry(len(manifest), len(line), number))
            manifest += line + b"\n"
        metadata = {"count": str(len(entries)), "sha256": sha256(manifest).hexdigest(), "schema": SCHEMA}
        plan = PlanSummary("j_b", LAYOUT.run, wave, "arn", (), next=1000).as_json()
        self.objects |= {
            LAYOUT.manifest(wave): (manifest, {}),
            LAYOUT.index(wave): (pack(reversed(entries)), metadata),
            LAYOUT.plan(wave): (orjson.dumps(plan), {}),
        }

    def record(self, wave: int, records: Iterable[PortionRecord]) -> None:
        """A wave's outcomes."""
        lines = b"".join(RECORD.dump_json(record) + b"\n" for record in records)
        self.objects[LAYOUT.outcomes(wave)] = (lines, {})


PORTION = Portion(0, "t", "b", "", {}, "0" * 12, (Item("a", '"e"', 1),), 1.0)


def outcome(number: int, what: Outcome, **more: Any) -> PortionRecord:
    """A portion's record."""
    return PortionRecord(number, "t", 1, what, Cause.OK if what is Outcome.SUCCEEDED else Cause.PLATFORM, **more)


@given(st.data(), st.integers(1, 30), st.integers(1, 4))
def test_exactly_the_unfinished_are_left_each_once_and_as_it_was_last_planned(
    data: st.DataObject, portions: int, waves: int
) -> None:
    store, records, last, following = Store(), dict[int, PortionRecord](), dict[int, int](), portions
    current = list(range(portions))
    for wave in range(1, waves + 1):
        store.plan(wave, data.draw(st.permutations(current)))
        again: list[int] = []
        for number in current:
            last[number] = wave
            fate = data.draw(st.sampled_from(["done", "again", "split", "end"]))
            what = Outcome.SUCCEEDED if fate == "done" else data.draw(st.sampled_from(BAD))
            records[number] = outcome(number, what)
            if fate == "split" and wave < waves:
                parts = (following, following + 1)
                records[number] = outcome(number, Outcome.SKIPPED, split_into=parts)
                again += parts
                following += 2
            elif fate == "again":
                again.append(number)
        current = sorted(again)
        store.record(wave, [records[number] for number in sorted(records)])
    left_over = {number for number, record in records.items() if record.outcome is not Outcome.SUCCEEDED}
    wanted = sorted(number for number in left_over if not records[number].split_into)
    found = list(left_of(store, waves))
    assert [portion.portion for portion in found] == wanted
    assert [portion.weight for portion in found] == [last[number] for number in wanted]


def left_of(store: Store, wave: int) -> Iterator[Portion]:
    """What is left by the front door of this module."""
    try:
        left = find_left(cast("Any", store), "runs", replace(RUN, wave=wave))
    except NothingToResumeError:
        return
    assert left is not None
    assert left.plan.next == 1000
    yield from read_left(cast("Any", store), "runs", left)


def test_a_wave_that_was_planned_and_not_recorded_is_none() -> None:
    store = Store()
    store.plan(1, [0, 1])
    store.record(1, [outcome(0, Outcome.SUCCEEDED), outcome(1, Outcome.LOST)])
    store.plan(2, [1])
    assert [(portion.portion, portion.weight) for portion in left_of(store, 2)] == [(1, 1.0)]
    assert find_left(cast("Any", Store()), "runs", RUN) is None


def test_an_outcome_of_no_manifest_is_corrupt() -> None:
    store = Store()
    store.plan(1, [0])
    store.record(1, [outcome(0, Outcome.LOST), outcome(9, Outcome.LOST)])
    with pytest.raises(ManifestCorruptError, match="has portion 9"):
        list(left_of(store, 1))


def test_a_portion_begins_anew_but_where_it_stopped() -> None:
    plan = PlanSummary("j_b", LAYOUT.run, 1, "arn", ())
    left = Left(RUN, 1, plan, {0: "images", 7: "fetch"})
    tired = replace(PORTION, tries=3, memory=4096, queue=Capacity.ON_DEMAND, stage="images", homes=("older",))
    assert as_resumed(tired, left, {"fetch", "images"}) == replace(PORTION, stage="images", homes=(RUN.run, "older"))
    assert as_resumed(tired, left, {"other"}).stage == ""


def test_what_was_split_is_not_unfinished() -> None:
    assert is_unfinished(outcome(1, Outcome.SKIPPED))
    assert not is_unfinished(outcome(1, Outcome.SKIPPED, split_into=(2, 3)))
    assert not is_unfinished(outcome(1, Outcome.SUCCEEDED))


@given(st.lists(st.integers(0, 100), max_size=30))
def test_ascending_keeps_the_order_and_cuts_only_where_lines_go_back(offsets: list[int]) -> None:
    entries = [Entry(offset, 1, number) for number, offset in enumerate(offsets)]
    runs = list(ascending(entries))
    assert [entry for run in runs for entry in run] == entries
    assert all(run == sorted(run, key=lambda entry: entry.offset) for run in runs)
    assert all(left[-1].offset > right[0].offset for left, right in pairwise(runs))
