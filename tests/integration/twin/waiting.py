"""Running machines in tests, and waiting: polls with a deadline that holds on a loaded machine."""

import json
import time
from collections.abc import Callable
from typing import Any

DEADLINE = 60.0
WHERE = "eu-central-1:123456789012"
QUEUE = {"Arn": f"arn:aws:sqs:{WHERE}:inbox"}


def until(found: Callable[[], Any], what: str) -> Any:
    """Return the first true value of `found`; fails, saying what never came."""
    end = time.monotonic() + DEADLINE
    while time.monotonic() < end:
        value = found()
        if value:
            return value
        time.sleep(0.02)
    raise AssertionError(f"never came: {what}")


def ended(client: Any, execution: str) -> dict[str, Any]:
    """Wait for the end of an execution."""
    found: dict[str, Any] = until(
        lambda: (about := client.describe_execution(executionArn=execution))["status"] != "RUNNING" and about,
        f"the end of {execution}",
    )
    return found


def run(client: Any, definition: dict[str, Any], given: Any, name: str = "run") -> dict[str, Any]:
    """Create a machine, execute it once and give how it ended, the output as a JSON value."""
    execution = begin(client, definition, given, name)
    about = ended(client, execution)
    return {**about, "output": json.loads(about["output"]) if "output" in about else None}


def begin(client: Any, definition: dict[str, Any], given: Any, name: str = "run") -> str:
    """Create a machine and start an execution; gives its ARN."""
    machine = f"machine-{time.monotonic_ns()}"
    arn = client.create_state_machine(
        name=machine, definition=json.dumps(definition), roleArn="arn:aws:iam::123456789012:role/machine"
    )["stateMachineArn"]
    started: str = client.start_execution(stateMachineArn=arn, input=json.dumps(given), name=name)["executionArn"]
    return started


def machine(states: dict[str, Any], start: str, **more: Any) -> dict[str, Any]:
    """Make a JSONata machine."""
    return {"QueryLanguage": "JSONata", "StartAt": start, "States": states, **more}
