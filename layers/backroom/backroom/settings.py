"""What the environment says, read once and typed (docs/architecture.md, Environment)."""

from collections.abc import Mapping
from dataclasses import dataclass, fields

from backroom.errors import MissingSettingError


@dataclass(frozen=True, slots=True)
class Settings:
    """Where a function finds what it works on; each field is the variable BACKROOM_FIELD."""

    stack: str
    bucket: str
    tenants_table: str
    runs_table: str
    queue: str

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Settings":
        """Read the settings from `environment`; raises MissingSettingError naming every variable that is not set."""
        names = {field.name: f"BACKROOM_{field.name.upper()}" for field in fields(cls)}
        missing = [variable for variable in names.values() if not environment.get(variable)]
        if missing:
            raise MissingSettingError(
                f"not set in the environment: {', '.join(missing)}; template.yaml sets them in Globals"
            )
        return cls(**{name: environment[variable] for name, variable in names.items()})
