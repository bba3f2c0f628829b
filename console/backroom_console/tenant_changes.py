"""What `backroom tenants` changes in a record: fields, jobs that are off, a job's parameters and limits."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from backroom.errors import InvalidParamsError
from backroom.tenants import Tenant

from backroom_console.starting import read_value
from backroom_console.tenant_files import read_tenant


@dataclass(frozen=True, slots=True)
class Change:
    """What shall be otherwise; what is not named stays."""

    fields: Mapping[str, Any] = field(default_factory=dict)
    """By name, as a record has them."""
    on: tuple[str, ...] = ()
    """Jobs that shall run again."""
    off: tuple[str, ...] = ()
    """Jobs that shall not run any more."""
    params: tuple[str, ...] = ()
    """JOB.NAME=VALUE each, VALUE being JSON or text; nothing after the `=` takes it away."""
    limits: tuple[str, ...] = ()
    """The same for limits."""

    @property
    def is_empty(self) -> bool:
        """Whether it would change nothing."""
        return not (self.fields or self.on or self.off or self.params or self.limits)

    def made(self, tenant: Tenant) -> Tenant:
        """Give the record as it shall be; raises InvalidParamsError, and InvalidTenantError naming the field."""
        record = tenant.model_dump(mode="json", exclude_unset=True) | dict(self.fields)
        if self.on or self.off:
            record["jobs_off"] = sorted({*tenant.jobs_off, *self.off} - set(self.on))
        for name, given in (("params", self.params), ("limits", self.limits)):
            if given:
                record[name] = _with(record.get(name, {}), given, f"--{name.removesuffix('s')}")
        return read_tenant(record, "the change")


def _with(settings: Mapping[str, Mapping[str, Any]], given: Iterable[str], option: str) -> dict[str, dict[str, Any]]:
    """Give settings by job with those of JOB.NAME=VALUE put in or taken away."""
    changed = {job: dict(of_job) for job, of_job in settings.items()}
    for pair in given:
        place, equals, text = pair.partition("=")
        job, dot, name = place.partition(".")
        if not (equals and dot and job and name):
            raise InvalidParamsError(f"{option} {pair!r} is not JOB.NAME=VALUE, like image_resize.quality=85")
        if text:
            changed.setdefault(job, {})[name] = read_value(text)
        else:
            changed.get(job, {}).pop(name, None)
    return {job: of_job for job, of_job in changed.items() if of_job}
