"""`Step Functions Execution Status Change`, the event of an execution that starts or ends.

docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html
"""

from datetime import datetime
from typing import Any

from backroom_local.rules import event
from backroom_local.rules.event import Event


def status_event(execution: Any, status: str, where: tuple[str, str], event_id: str, now: datetime) -> Event:
    """Make the event of moto's Execution; `where` is (account, region)."""
    described = execution.to_describe_output() if execution.exec_status else {"status": status}
    ended = execution.stop_date
    detail = {
        "executionArn": execution.exec_arn,
        "stateMachineArn": execution.state_machine.arn,
        "name": execution.name,
        "status": status,
        "startDate": _milliseconds(execution.start_date),
        "stopDate": _milliseconds(ended) if ended and status != "RUNNING" else None,
        "input": execution.execution_input,
        "output": described.get("output"),
        "inputDetails": {"included": True},
        "outputDetails": {"included": True} if described.get("output") is not None else None,
        "error": execution.error,
        "cause": execution.cause,
    }
    return event.make(
        source="aws.states",
        kind="Step Functions Execution Status Change",
        detail=detail,
        resources=[execution.exec_arn],
        where=where,
        event_id=event_id,
        now=now,
    )


def _milliseconds(moment: datetime) -> int:
    """Give a time in milliseconds since 1970."""
    return int(moment.timestamp() * 1000)
