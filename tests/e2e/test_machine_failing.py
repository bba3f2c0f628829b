"""The machine when a part of it does not work: the template is broken on purpose, and mended afterwards."""

from collections.abc import Iterator
from contextlib import contextmanager

from backroom.words import RunStatus

from tests.e2e.stage import Stage


@contextmanager
def broken(stage: Stage, *changes: tuple[str, str]) -> Iterator[None]:
    """Deploy the template with each text replaced by the one beside it, and as it was again afterwards."""
    text = changed = stage.template.read_text()
    for old, new in changes:
        assert text.count(old) == 1, f"{old!r} is not once in template.yaml any more"
        changed = changed.replace(old, new)
    stage.template.write_text(changed)
    assert stage.twin.apply() != []
    try:
        yield
    finally:
        stage.template.write_text(text)
        stage.twin.apply()


def test_that_nobody_could_be_told_changes_nothing(stage: Stage) -> None:
    bus = ("EventBus: !Ref EventBus", "EventBus: not-a-bus")
    topic = ("RunsTopic: !Ref RunsTopic", "RunsTopic: arn:aws:sns:eu-central-1:123456789012:nobody")
    with broken(stage, bus, topic, ("Handler: notify.handler", "Handler: notify.nowhere")):
        # There is no Glue job of the name that the job's row has, either.
        ended = stage.run("relay", tenants=[stage.tenant()], params={"items": ["ok-1"]})
    assert ended.status == "SUCCEEDED", ended.cause
    history = stage.twin.client("stepfunctions").get_paginator("get_execution_history")
    pages = history.paginate(executionArn=stage.runs.get(ended.run).execution_arn)
    failed = [event for page in pages for event in page["events"] if event["type"] == "TaskFailed"]
    services = {event["taskFailedEventDetails"].get("resourceType") for event in failed}
    assert services == {None, "sns", "lambda", "glue"}, "of an event that is refused moto does not say which service"


def test_recorder_that_cannot_run_fails_the_run_and_says_so(stage: Stage) -> None:
    with broken(stage, ("Handler: record.handler", "Handler: record.nowhere")):
        ended = stage.run(tenants=[stage.tenant()], params={"count": 1})
    assert (ended.status, ended.error) == ("FAILED", "RecordFailed")
    assert "could not be recorded" in ended.cause
    assert "nowhere" in ended.cause
    assert stage.runs.get(ended.run).status is not RunStatus.SUCCEEDED


def test_what_planner_and_recorder_say_is_said_both(stage: Stage) -> None:
    with broken(stage, ("Handler: record.handler", "Handler: record.nowhere")):
        ended = stage.run("no_such_job")
    assert (ended.status, ended.error) == ("FAILED", "RecordFailed")
    assert "UnknownJobError" in ended.cause
    assert "nowhere" in ended.cause
