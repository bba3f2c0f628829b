"""The simulated account: everything that the operations of the API work on. Touched on the driver's thread only."""

from collections import Counter
from dataclasses import dataclass, field

from backroom_local.batch.catalog import Catalog
from backroom_local.batch.container import Container
from backroom_local.batch.core.records import Job
from backroom_local.batch.core.scheduler import Scheduler
from backroom_local.batch.names import Names
from backroom_local.batch.submission import Submission


@dataclass(slots=True)
class Account:
    """Names, documents, scheduler, and the submissions by job id."""

    names: Names
    scheduler: Scheduler
    host_vcpus: float | None = None
    """Most vCPUs that one compute environment uses on this machine."""
    catalog: Catalog = field(default_factory=Catalog)
    submissions: dict[str, Submission] = field(default_factory=dict)
    changed: bool = False
    """A document was created, changed or deleted and has not been recorded yet."""
    refusals: Counter[str] = field(default_factory=Counter)
    """How many requests to refuse, by kind of fault."""

    def submission(self, job: Job) -> Submission:
        """What a job, child or node was submitted with."""
        return self.submissions[job.root.key]

    def container(self, job: Job) -> Container:
        """The container of a job, child or node."""
        node = bool(job.spec.nodes) and job.parent is not None
        return self.submission(job).container_of(job.index, node=node)
