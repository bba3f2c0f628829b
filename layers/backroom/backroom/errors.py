"""What goes wrong, by name. Every message names the thing, the place and the way out."""


class BackroomError(Exception):
    """An error that a person can act upon; the others are bugs or outages."""


class MissingSettingError(BackroomError):
    """A variable of the environment is not set."""


class InvalidRequestError(BackroomError):
    """The event that a function was called with has not the form it must have."""


class UnknownJobError(BackroomError):
    """There is no planner of this name."""


class JobNotDeployedError(BackroomError):
    """There is no active job definition of this job in this stack."""


class InvalidJobRowError(BackroomError):
    """The parameters of a job definition are not a row of the table of jobs."""


class UnknownTenantError(BackroomError):
    """A tenant was asked for by name that is not in the table."""


class InvalidParamsError(BackroomError):
    """The parameters of a job do not fit."""


class InvalidTenantError(BackroomError):
    """A tenant's record does not fit."""


class TenantChangedError(BackroomError):
    """A tenant's record is not any more what the change of it was made from."""


class InvalidGroupError(BackroomError):
    """A planner puts tenants that share portions into a group whose name is none."""


class TenantUnreachableError(BackroomError):
    """A tenant's bucket is not there or may not be read. Others go on without this tenant."""


class LedgerCorruptError(BackroomError):
    """A tenant's ledger cannot be read. Others go on without this tenant."""


class ManifestMissingError(BackroomError):
    """A wave has no manifest, or none that was finished: there is no index."""


class ManifestCorruptError(BackroomError):
    """A manifest or its index is not what was written."""


class PriceTableError(BackroomError):
    """A price table cannot be read, or has no such form; says which file and what is wrong."""


class PlanTooLargeError(BackroomError):
    """A wave would take more array jobs than can be submitted."""


class PlanFailedError(BackroomError):
    """The Batch job that was to plan a wave has not done so."""


class PlanTooSlowError(BackroomError):
    """What would be planned could not be said in the time that a function has."""


class ObjectChangedError(BackroomError):
    """A conditional write was refused: another one was faster."""


class UnknownRunError(BackroomError):
    """There is no run of this id."""


class RunStillActiveError(BackroomError):
    """What was asked for can only be done to a run that has ended, and this one goes on."""


class BudgetExceededError(BackroomError):
    """A run is likely to cost more than its job's budget, or than somebody has agreed to."""


class RunEndedError(BackroomError):
    """The run has ended before this wave of it was planned, so that it never will be."""


class NothingToResumeError(BackroomError):
    """Every portion of the run has come to a good end."""


class InvalidLetterError(BackroomError):
    """The template of a job's e-mails does not fit."""


class CatalogueBusyError(BackroomError):
    """A tenant's catalogue was changed by another writer; nothing of one's own was, and another try may succeed."""


class LeaseLostError(BackroomError):
    """A run was silent for so long that another run of its job has begun."""


class ReconcileError(BackroomError):
    """Some runs could not be brought to their recorded end; the others were."""


def error_named(name: str) -> type[BackroomError] | None:
    """Give the error of this name, as one process tells another of it; None for one that is not of this module."""
    found = globals().get(name)
    return found if isinstance(found, type) and issubclass(found, BackroomError) else None
