"""What the environment says, read once and typed (docs/architecture.md, Environment)."""

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields, replace

from backroom.errors import MissingSettingError


@dataclass(frozen=True, slots=True)
class Settings:
    """Where a function finds what it works on; each field is the variable BACKROOM_FIELD."""

    stack: str
    bucket: str
    tenants_table: str
    runs_table: str
    queue: str
    on_demand_queue: str = ""
    """Where there is none: the same as `queue`."""

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
        known = cls(**{name: environment.get(variable, "") for name, variable in names.items()})
        return known if known.on_demand_queue else replace(known, on_demand_queue=known.queue)
