"""What a twin is started with."""

import os
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TypeVar

from backroom_local.batch.core.model import Delays, FaultRates
from backroom_local.rules.rates import EventRates

ACCOUNT = "123456789012"
"""The only account of the twin: moto's default."""
ACCESS_KEY = "backroom"
SECRET_KEY = "local"  # noqa: S105 - the twin checks no signatures

R = TypeVar("R", FaultRates, EventRates)
RATES: dict[type, tuple[str, ...]] = {kind: tuple(f.name for f in fields(kind)) for kind in (FaultRates, EventRates)}
"""The names of the random faults, by the dataclass that holds their rates."""

DELAYS = tuple(f.name for f in fields(Delays))
"""The names of what can take time in Batch."""

VCPUS = float(max(8, os.cpu_count() or 1))
"""Containers are processes of this machine: more at once than it has cores would only be in each other's way."""


@dataclass(frozen=True, slots=True)
class TwinSettings:
    """Where the twin finds its template and keeps its state, and what it listens on."""

    template: Path
    state_dir: Path
    port: int = 0
    """0: any free one."""
    region: str = "eu-central-1"
    environment: str = "local"
    """Section of samconfig.toml beside the template whose stack name and parameter overrides apply."""
    parameters: dict[str, str] = field(default_factory=dict)
    """Override those of samconfig.toml."""
    container_folders: tuple[Path, ...] = ()
    """Folders of containers beside the template's own `containers/`."""
    python_path: tuple[Path, ...] = ()
    """Folders put on PYTHONPATH of the functions, before the layers, and of the project's containers."""
    host_commands: bool = False
    """Run the command of an image that is none of the project's on the host."""
    containers: bool = False
    """Run the images with a container engine rather than their entry points as processes."""
    base: str | None = None
    """Build argument BASE of the project's images; None: what their Dockerfiles say."""
    vcpus: float = VCPUS
    """Most vCPUs of a compute environment, whatever it may have on AWS."""
    seed: int = 0
    """Of the random faults."""
    rates: dict[str, float] = field(default_factory=dict)
    """Random faults by name: fields of `batch.core.model.FaultRates` and `rules.rates.EventRates`."""
    enforce_iam: bool = False
    """Whether the policies of roles and resources are enforced (`access/`)."""
    delays: dict[str, float] = field(default_factory=dict)
    """Seconds that things take in Batch, by name: fields of `batch.core.model.Delays`, where those not named stay."""
    keep: bool = True
    """Whether what S3 and DynamoDB hold is kept in `state_dir`."""
    fresh: bool = False
    """Whether what was kept is forgotten first."""

    def rates_of(self, kind: type[R]) -> R:
        """Give those of the rates that are fields of a dataclass of rates."""
        return kind(**{name: self.rates[name] for name in RATES[kind] if name in self.rates})

    @property
    def batch_delays(self) -> Delays:
        """Give the delays as Batch's simulator takes them."""
        return Delays(**{name: round(seconds * 1000) for name, seconds in self.delays.items()})

    @property
    def project(self) -> Path:
        """The folder of the template: paths in it are relative to this."""
        return self.template.resolve().parent
