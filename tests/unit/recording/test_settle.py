"""Whatever is known of a portion, and however often and late it is settled: one outcome, that of its checkpoints."""

import io
from dataclasses import dataclass, field, replace
from typing import Any

import orjson
from backroom.costs import shipped_prices
from backroom.layout import RunLayout
from backroom.recording.batch_jobs import Trace
from backroom.recording.checkpoints import Checkpoints
from backroom.recording.classify import Ending
from backroom.recording.heads import Head
from backroom.recording.prospects import Prospects
from backroom.recording.request import ArrayResult
from backroom.recording.results import Reports
from backroom.recording.settle import Settler, stages_of
from backroom.recording.stages import Arrays, StageOfWave, Step
from backroom.records import PortionRecord
from backroom.treatment import Limits
from backroom.words import CheckpointState, Outcome
from botocore.exceptions import ClientError
from hypothesis import given, settings
from hypothesis import strategies as st

LAYOUT = RunLayout("chain", "chain-20261127T030000Z-0a1b")
WAVE, ITEMS = 2, 3
CHAIN = (Step("fetch"), Step("images", ("fetch",)), Step("rescale", ("images",)), Step("index", combines=True))
ENDINGS = [Ending(0), Ending(65), Ending(70), Ending(75), Ending(137, "OutOfMemoryError: killed"), Ending()]
ENDINGS += [Ending(None, "", text) for text in ("Host EC2 (i) terminated.", "Job attempt duration exceeded timeout")]
ENDINGS += [Ending(None, "", "enough", stopped=True), Ending(None, "", "Dependent Job failed")]


@dataclass
class Bucket:
    """S3 in memory, as far as the recorder asks it here."""

    objects: dict[str, bytes] = field(default_factory=dict)

    def list_objects_v2(self, **asked: Any) -> Any:
        found = [key for key in sorted(self.objects) if key.startswith(asked["Prefix"])]
        return {"Contents": [{"Key": key, "ETag": "e", "Size": 1} for key in found], "IsTruncated": False}

    def get_object(self, **asked: Any) -> Any:
        if asked["Key"] not in self.objects:
            raise ClientError({"Error": {"Code": "NoSuchKey"}}, "GetObject")
        body = self.objects[asked["Key"]]
        return {"Body": io.BytesIO(body), "ETag": str(hash(body)), "Metadata": {}}

    def put_object(self, **asked: Any) -> None:
        there = self.objects.get(asked["Key"])
        refused = "IfNoneMatch" in asked and there is not None
        if refused or ("IfMatch" in asked and asked["IfMatch"] != str(hash(there))):
            raise ClientError({"Error": {"Code": "PreconditionFailed"}}, "PutObject")
        self.objects[asked["Key"]] = asked["Body"]


@dataclass(frozen=True)
class Known:
    """What is known of one stage of a portion."""

    result: bool
    state: CheckpointState | None
    owner: tuple[int, int]
    trace: Trace | None
    declared: bool = False

    def lay_out(self, bucket: Bucket, layout: RunLayout) -> None:
        said: dict[str, Any] = {"portion": 0, "tenant": "t", "wave": WAVE, "attempt": 1, "outcome": "succeeded"}
        said |= {"cause": "ok", "batch_job_id": "b"}
        if self.result:
            bucket.objects[layout.result(0)] = orjson.dumps(said)
        state = CheckpointState.SEALED if self.result else self.state
        if state is not None:
            result = {"result": said} if state is CheckpointState.SEALED else {}
            saved = {"portion": 0, "wave": self.owner[0], "attempt": self.owner[1], "state": state, "done": [0]}
            saved |= {"declared": True} if self.declared else {}
            bucket.objects[layout.checkpoint(0)] = orjson.dumps(saved | result)


traces = st.builds(Trace, st.sampled_from(["FAILED", "SUCCEEDED", "RUNNING"]), st.just(()), st.sampled_from(ENDINGS))
known = st.builds(
    Known,
    st.booleans(),
    st.sampled_from([None, CheckpointState.OPEN, CheckpointState.OPEN, CheckpointState.SEALED]),
    st.tuples(st.just(WAVE), st.integers(0, 3)),
    st.none() | traces,
    st.booleans(),
)
heads = st.tuples(st.sampled_from(["", "images"]), st.integers(1, 3), st.sampled_from([None, "timeout"])).map(
    lambda drawn: Head(0, "t", 0, ITEMS, drawn[0], tries=drawn[1], why=drawn[2])
) | st.just(Head(0, "t", 0, 0, "index", "index"))
limits = st.builds(Limits, st.integers(1, 4), st.none(), st.booleans(), st.just({}), st.just(frozenset()))
prospects = st.builds(
    Prospects, st.just(WAVE), limits.map(lambda found: lambda _: found), ended=st.booleans(), stopped=st.booleans()
).map(lambda found: found if found.ended else replace(found, stopped=False))


@dataclass(frozen=True)
class Scene:
    bucket: Bucket
    known: dict[str, Known]

    def settler(self, prospects: Prospects) -> Settler:
        bucket: Any = self.bucket
        stages = []
        for step in CHAIN:
            layout = replace(LAYOUT, stage=step.name)
            array = ArrayResult(offset=0, size=1, batch_job_id="b", stage=step.name)
            trace = self.known[step.name].trace
            stages.append(
                StageOfWave(
                    step,
                    WAVE,
                    Arrays([array]),
                    Reports(bucket, "runs", layout),
                    Checkpoints(bucket, "runs", layout),
                    shipped_prices(),
                    {} if trace is None else {0: trace},
                )
            )
        return Settler(stages, prospects)

    def state(self, stage: str) -> Any:
        return orjson.loads(self.bucket.objects[replace(LAYOUT, stage=stage).checkpoint(0)])


scenes = st.fixed_dictionaries({step.name: known for step in CHAIN})


def lay_out(known: dict[str, Known]) -> Scene:
    scene = Scene(Bucket(), known)
    for name, of_stage in known.items():
        of_stage.lay_out(scene.bucket, replace(LAYOUT, stage=name))
    return scene


def outcome(record: PortionRecord) -> tuple[Any, ...]:
    return record.outcome, record.cause, record.message, record.stage


@settings(max_examples=200)
@given(scenes, heads, prospects)
def test_a_portion_has_succeeded_exactly_if_all_its_stages_have_results_and_is_closed_otherwise(
    known: dict[str, Known], head: Head, prospects: Prospects
) -> None:
    scene = lay_out(known)
    settler = scene.settler(prospects)
    record = settler.settle(head)
    own = [stage.step.name for stage in stages_of(head, settler.stages)]
    results = [replace(LAYOUT, stage=name).result(0) in scene.bucket.objects for name in own]
    assert (record.outcome is Outcome.SUCCEEDED) == all(results)
    assert [stage.outcome is Outcome.SUCCEEDED for stage in record.by_stage.values()] == results
    for name, has_result in zip(own, results, strict=True):
        if not has_result:
            saved = scene.state(name)
            given_up = saved["state"] in ("failed", "cancelled")
            assert given_up or (saved["state"], saved["wave"], saved["attempt"]) == ("open", WAVE + 1, 0)
            assert given_up or not prospects.ended


@settings(max_examples=200)
@given(scenes, heads, prospects, prospects)
def test_a_second_recorder_says_the_same_and_a_later_end_takes_nothing_back(
    known: dict[str, Known], head: Head, first: Prospects, second: Prospects
) -> None:
    scene = lay_out(known)
    record = scene.settler(first).settle(head)
    assert outcome(scene.settler(first).settle(head)) == outcome(record)
    later = scene.settler(second).settle(head)
    assert (later.outcome is Outcome.SUCCEEDED) == (record.outcome is Outcome.SUCCEEDED)
    if not first.left_open(record) or first.ended:
        assert outcome(later) == outcome(record)
