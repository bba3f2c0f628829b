"""Keeps what is known of executions: ended ones can be described after a restart, which has aborted the others."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, Final

from moto.stepfunctions.parser.api import ExecutionStatus
from moto.stepfunctions.parser.backend.execution import Execution
from moto.stepfunctions.parser.models import stepfunctions_parser_backends

from backroom_local.keeping.store import Store

_EXECUTION: Final = "execution"
LOST_ERROR: Final = "Twin.Ended"
LOST_CAUSE: Final = "The local twin ended while this execution ran."


@dataclass(frozen=True, slots=True)
class Executions:
    """The executions of an account in a region."""

    store: Store
    account: str
    region: str

    def changed(self, execution: Any, status: str) -> None:
        """Keep an execution as it is now."""
        content = {
            "name": execution.name,
            "machine": execution.state_machine.arn,
            "role": execution.role_arn,
            "input": execution.execution_input,
            "status": status,
            "began": execution.start_date.timestamp(),
            "ended": execution.stop_date.timestamp() if execution.stop_date else None,
            "output": execution.output,
            "error": execution.error,
            "cause": execution.cause,
        }
        place = (execution.state_machine.arn, execution.name)
        self.store.put(_EXECUTION, [(place, json.dumps(content, default=str).encode())])

    def restore(self) -> Iterator[Any]:
        """Put the executions back into their machines, which must be there; gives those that had not ended.

        Nobody waits any more for the Batch jobs of these: Batch keeps them and goes on with them.
        """
        backend = stepfunctions_parser_backends[self.account][self.region]
        machines = {machine.arn: machine for machine in backend.state_machines}
        for (arn, _), content in self.store.rows(_EXECUTION):
            if arn in machines:
                kept = json.loads(content)
                execution = self._execution(kept, machines[arn])
                machines[arn].executions.append(execution)
                if kept["status"] == "RUNNING":
                    yield execution

    def _execution(self, kept: dict[str, Any], machine: Any) -> Any:
        """Make moto's Execution of what was kept, without anything that runs."""
        ran = kept["status"] == "RUNNING"
        execution: Any = Execution(
            name=kept["name"],
            sm_type=machine.sm_type,
            role_arn=kept["role"],
            exec_arn=f"{machine.arn.replace(':stateMachine:', ':execution:')}:{kept['name']}",
            account_id=self.account,
            region_name=self.region,
            state_machine=machine,
            start_date=_time(kept["began"]),
            cloud_watch_logging_session=None,
            activity_store={},
            input_data=kept["input"] or "{}",
        )
        execution.exec_status = ExecutionStatus("ABORTED" if ran else kept["status"])
        execution.stop_date = datetime.now(UTC) if ran else _time(kept["ended"])
        execution.output = kept["output"]
        execution.error, execution.cause = (LOST_ERROR, LOST_CAUSE) if ran else (kept["error"], kept["cause"])
        execution.exec_worker = SimpleNamespace(env=None)
        return execution


def _time(seconds: float) -> datetime:
    """Give a time that was kept in seconds since 1970."""
    return datetime.fromtimestamp(seconds, UTC)
