"""What the environment says, read once and typed (docs/architecture.md, Environment)."""

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields

from backroom.errors import MissingSettingError
from backroom.words import Capacity, Compute


@dataclass(frozen=True, slots=True)
class Settings:
    """Where a function finds what it works on; each field is the variable BACKROOM_FIELD."""

    stack: str
    bucket: str
    tenants_table: str
    runs_table: str
    queue: str
    on_demand_queue: str = ""
    """Empty where there is none."""
    multi_node_queue: str = ""
    """Empty where there is none."""
    fargate_queue: str = ""
    """Empty where there is none."""
    fargate_on_demand_queue: str = ""
    """Empty where there is none."""
    mail_sender: str = ""
    """Address that e-mails come from; empty where none are sent."""
    reports_url: str = ""
    """Where a tenant's bucket, behind its prefix, can be read by the tenant, `{tenant}` for its id; empty: nowhere."""

    def queues_of(self, compute: Compute) -> dict[Capacity, str]:
        """Give the ARN of the queue for each kind of capacity of jobs that run so; none where there is none."""
        return self.queues if compute is Compute.EC2 else self._fargate_queues

    @property
    def all_queues(self) -> tuple[str, ...]:
        """The ARNs of all queues that a run's Batch jobs may be in."""
        return (*self.queues.values(), *self._fargate_queues.values())

    @property
    def _fargate_queues(self) -> dict[Capacity, str]:
        found = {Capacity.SPOT: self.fargate_queue, Capacity.ON_DEMAND: self.fargate_on_demand_queue}
        return {capacity: arn for capacity, arn in found.items() if arn}

    @property
    def queues(self) -> dict[Capacity, str]:
        """The ARN of the queue for each kind of instances; without one for on-demand instances, the other does."""
        queues = {Capacity.SPOT: self.queue, Capacity.ON_DEMAND: self.on_demand_queue or self.queue}
        return queues | ({Capacity.MULTI_NODE: self.multi_node_queue} if self.multi_node_queue else {})

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Settings":
        """Read the settings from `environment`; raises MissingSettingError naming every variable that is not set."""
        names = {field.name: f"BACKROOM_{field.name.upper()}" for field in fields(cls)}
        required = [names[field.name] for field in fields(cls) if field.default is MISSING]
        missing = [variable for variable in required if not environment.get(variable)]
        if missing:
            raise MissingSettingError(
                f"not set in the environment: {', '.join(missing)}; template.yaml sets them in Globals"
            )
        return cls(**{name: environment.get(variable, "") for name, variable in names.items()})
