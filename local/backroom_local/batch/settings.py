"""What the simulator can be told to do differently; the defaults make everything as fast as it can be."""

from dataclasses import dataclass

from backroom_local.batch.core.model import Delays, FaultRates


@dataclass(frozen=True, slots=True)
class BatchSettings:
    """Delays, rates of random faults and their seed, and what one environment may use of this machine."""

    delays: Delays = Delays()  # noqa: RUF009 - frozen
    rates: FaultRates = FaultRates()  # noqa: RUF009 - frozen
    seed: int = 0
    host_vcpus: float | None = None
    """Most vCPUs of each compute environment, whatever its maxvCpus says; None: as AWS."""
