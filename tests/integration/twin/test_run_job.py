"""The machine run_job itself, its functions and Batch played by stand-ins: what it submits, in which order, and what
it tells the recorder when something cannot be submitted."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from backroom_local.twin import Twin

from tests.integration.twin.conftest import TEMPLATE
from tests.integration.twin.stand_ins import FakeBatch, FakeFunctions
from tests.integration.twin.waiting import begin, ended, until

RUN = "relay-20261127T030000Z-0001"
QUEUES = {"spot": "queue-spot", "on_demand": "queue-on_demand"}
VERDICT = {"status": "failed", "again": False, "message": "recorded", "counts": {}, "after": {"mail": False}}


def array(offset: int, size: int, stage: int, *after: tuple[int, bool], last: bool, **more: Any) -> dict[str, Any]:
    """Make an array of a plan; `after`: which it waits for, and whether child by child."""
    waits = [{"array": number, "each": each} for number, each in after]
    chosen = {"queue": "spot", "memory": None, "nodes": 1, **more}
    return {"offset": offset, "size": size, "stage": stage, "after": waits, "last": last, **chosen}


CHAIN = [
    array(0, 3, 0, last=False),
    array(0, 3, 1, (0, True), last=False),
    array(3, 1, 0, last=True, queue="on_demand", memory=512),
    array(0, 3, 2, (1, True), (0, False), last=True),
]


@dataclass
class Machine:
    """The machine with its stand-ins; `plan` is answered by the planner, `recorded` is what the recorder was told.

    With `elsewhere` the planner wants that first. `verdicts` are the recorder's, the last one for good.
    """

    sfn: Any
    batch: FakeBatch
    definition: dict[str, Any]
    plan: dict[str, Any] = field(default_factory=dict)
    recorded: list[Any] = field(default_factory=list)
    elsewhere: dict[str, str] | None = None
    asked: list[Any] = field(default_factory=list)
    verdicts: list[dict[str, Any]] = field(default_factory=lambda: [VERDICT])

    def answer(self, event: Any) -> dict[str, Any]:
        """Answer as the planner."""
        self.asked.append(event)
        return self.plan if event["planned"] else {**self.plan, "elsewhere": self.elsewhere}

    def record(self, event: Any) -> dict[str, Any]:
        """Answer as the recorder."""
        self.recorded.append(event)
        return self.verdicts.pop(0) if len(self.verdicts) > 1 else self.verdicts[0]

    def begin(self, arrays: list[dict[str, Any]], **given: Any) -> str:
        """Start a run whose plan has these arrays."""
        stages = [{"name": name, "definition": f"d-{name}"} for name in ("fetch", "images", "index")]
        self.plan = {"portions": 1, "definition": "d", "stages": stages, "queues": QUEUES, "backoff": 0, "held": None}
        self.plan["arrays"] = arrays
        return begin(self.sfn, self.definition, {"job": "relay", "run": RUN, "slot": f"{id(arrays)}", **given})

    def job(self, name: str) -> dict[str, Any]:
        """Wait for a Batch job that was submitted under this name."""
        found: dict[str, Any] = until(
            lambda: next((job for job in self.batch.jobs.values() if job["jobName"] == f"{RUN}-{name}"), None), name
        )
        return found


@pytest.fixture
def run_job(bare: Twin, sfn: Any, batch: FakeBatch, functions: FakeFunctions) -> Iterator[Machine]:
    """The machine of statemachine/run_job.asl.json, with a table of the runs."""
    key = [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}]
    types = [{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")]
    dynamodb = bare.clients.get("dynamodb")
    dynamodb.create_table(TableName="runs", KeySchema=key, AttributeDefinitions=types, BillingMode="PAY_PER_REQUEST")
    values = {f"{name.title()}FunctionArn": name for name in ("plan", "record", "reconcile", "notify")}
    values |= {"RunsTable": "runs", "EventBus": "default", "FairShare": "false"}
    values["RunsTopic"] = bare.clients.get("sns").create_topic(Name="runs")["TopicArn"]
    text = (TEMPLATE.parent / "statemachine/run_job.asl.json").read_text()
    machine = Machine(sfn, batch, json.loads(re.sub(r"\$\{(\w+)\}", lambda found: values[found[1]], text)))
    answers: dict[str, Callable[[Any], Any]] = {
        "plan": machine.answer,
        "record": machine.record,
        "reconcile": _goes_on,
    }
    functions.answers |= answers
    functions.registered |= dict.fromkeys(answers)  # type: ignore[arg-type]
    yield machine
    dynamodb.delete_table(TableName="runs")
    for name in answers:
        del functions.answers[name]


class RunStillActiveError(Exception):
    """As the reconciler raises it."""


def _goes_on(event: Any) -> Any:
    raise RunStillActiveError(f"run {event['run']!r} goes on; settle: {event['settle']}")


def environment(job: dict[str, Any]) -> dict[str, str]:
    """Give the variables that a submission adds."""
    return {pair["name"]: pair["value"] for pair in job["containerOverrides"]["environment"]}


def test_each_array_is_submitted_after_those_that_it_waits_for(run_job: Machine) -> None:
    execution = run_job.begin(CHAIN)
    fetch, images, alone, index = (run_job.job(f"w1-{name}") for name in ("fetch-0", "images-0", "fetch-3", "index-0"))
    assert list(run_job.batch.jobs)[:2] == [fetch["jobId"], images["jobId"]]
    assert [job.get("dependsOn", []) for job in (fetch, alone)] == [[], []]
    assert images["dependsOn"] == [{"jobId": fetch["jobId"], "type": "N_TO_N"}]
    assert index["dependsOn"] == [{"jobId": images["jobId"], "type": "N_TO_N"}, {"jobId": fetch["jobId"]}]
    assert [job["jobDefinition"] for job in (fetch, images, index)] == ["d-fetch", "d-images", "d-index"]
    assert [job.get("arrayProperties") for job in (index, alone)] == [{"size": 3}, None]
    assert [job["jobQueue"] for job in (index, alone)] == ["queue-spot", "queue-on_demand"]
    assert [job["containerOverrides"]["resourceRequirements"] for job in (index, alone)] == [
        [],
        [{"type": "MEMORY", "value": "512"}],
    ]
    told = {"JOB": "relay", "RUN": RUN, "WAVE": "1", "STAGE": "images", "OFFSET": "0", "SIZE": "3"}
    assert environment(images).items() >= {f"BACKROOM_{name}": value for name, value in told.items()}.items()
    run_job.batch.end(alone["jobId"], "SUCCEEDED")
    run_job.batch.end(index["jobId"], "FAILED", statusReason="Array Child Job failed")
    assert ended(run_job.sfn, execution)["error"] == "PortionsFailed"
    (recorded,) = run_job.recorded
    found = [(one["stage"], one["offset"], one["batch_job_id"], one.get("status")) for one in recorded["arrays"]]
    assert found == [
        ("fetch", 0, fetch["jobId"], None),
        ("images", 0, images["jobId"], None),
        ("fetch", 3, alone["jobId"], "SUCCEEDED"),
        ("index", 0, index["jobId"], "FAILED"),
    ]
    assert (recorded["arrays"][2]["queue"], recorded["arrays"][2]["memory"]) == ("on_demand", 512)


def test_a_job_of_several_nodes_takes_its_overrides_for_all_of_them(run_job: Machine) -> None:
    execution = run_job.begin([array(7, 1, 1, last=True, nodes=3, memory=512)])
    job = run_job.job("w1-images-7")
    assert not {"containerOverrides", "arrayProperties"} & set(job), "Batch takes neither for such a job"
    (every,) = job["nodeOverrides"]["nodePropertyOverrides"]
    told = environment(every)
    assert (every["targetNodes"], told["BACKROOM_STAGE"], told["BACKROOM_OFFSET"]) == ("0:", "images", "7")
    assert told["MANAGED_BY_AWS"] == "STARTED_BY_STEP_FUNCTIONS"
    assert every["containerOverrides"]["resourceRequirements"] == [{"type": "MEMORY", "value": "512"}]
    run_job.batch.end(job["jobId"], "SUCCEEDED")
    ended(run_job.sfn, execution)
    assert "nodes" not in run_job.recorded[0]["arrays"][0], "the recorder knows them from the plan"


def test_what_waits_for_what_could_not_be_submitted_is_not_submitted_either(run_job: Machine) -> None:
    run_job.batch.refuse.append({"status": 400, "code": "ClientException"})
    execution = run_job.begin(CHAIN)
    run_job.batch.end(run_job.job("w1-fetch-3")["jobId"], "SUCCEEDED")
    ended(run_job.sfn, execution)
    (recorded,) = run_job.recorded
    assert "error" not in recorded
    reasons = {one["array"]: one.get("reason", "") for one in recorded["arrays"] if one["batch_job_id"] is None}
    assert reasons[0].startswith("Batch.ClientException: ")
    assert {reasons[1], reasons[3]} == {"NotSubmitted: an array that it waits for was not submitted"}
    assert len(run_job.batch.jobs) == 1, "the one that waits for nothing"


def test_the_recorder_learns_what_was_submitted_before_the_wave_broke_off(run_job: Machine) -> None:
    last = array(0, 3, 1, (0, True), last=True, queue="no such queue")
    execution = run_job.begin([CHAIN[0], last])
    assert ended(run_job.sfn, execution)["error"] == "WaveFailed"
    (recorded,) = run_job.recorded
    assert recorded["error"]["Error"] == "States.QueryEvaluationError"
    assert [one["batch_job_id"] for one in recorded["arrays"]] == [run_job.job("w1-fetch-0")["jobId"]]


def test_a_run_that_goes_on_is_not_resumed(run_job: Machine) -> None:
    execution = run_job.begin(CHAIN, resume="relay-20261127T030000Z-0002")
    assert ended(run_job.sfn, execution)["error"] == "PlanFailed"
    (recorded,) = run_job.recorded
    assert recorded["error"]["Error"] == "RunStillActiveError"
    assert "0002' goes on; settle: True" in recorded["error"]["Cause"]
    assert not run_job.batch.jobs


def test_whoever_plans_elsewhere_the_planner_is_asked_again_and_told_how_it_went(run_job: Machine) -> None:
    run_job.elsewhere = {"definition": "d-plan", "queue": "queue-on_demand", "request": "runs/key"}
    run_job.verdicts.insert(0, {**VERDICT, "again": True})
    execution = run_job.begin([])
    run_job.plan["portions"] = 0
    planning = run_job.job("w1-plan")
    assert (planning["jobDefinition"], planning["jobQueue"]) == ("d-plan", "queue-on_demand")
    assert environment(planning)["BACKROOM_PLAN_REQUEST"] == "runs/key"
    run_job.batch.refuse.append({"status": 400, "code": "ClientException"})  # of the second wave's
    run_job.batch.end(planning["jobId"], "FAILED", statusReason="Host EC2 (i-1) terminated.")
    assert ended(run_job.sfn, execution)["error"] == "PortionsFailed"
    asked = [(event["wave"], event["planned"], (event["failure"] or {}).get("Error")) for event in run_job.asked]
    assert asked == [
        (1, False, None),
        (1, True, "States.TaskFailed"),
        (2, False, None),
        (2, True, "Batch.ClientException"),
    ]
    assert json.loads(run_job.asked[1]["failure"]["Cause"])["StatusReason"] == "Host EC2 (i-1) terminated."
    assert ["error" in event for event in run_job.recorded] == [False, False]
