"""Puts a forecast's parts together: the plan, the former runs, and where Batch would run it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from backroom.costs import Prices, read_prices
from backroom.errors import PriceTableError
from backroom.planning.weights import in_fair_order
from backroom_local.forecast import fleet
from backroom_local.forecast.durations import Durations, Given, Planned
from backroom_local.forecast.fleet import Fleet
from backroom_local.forecast.forecasting import Portion, Scene, forecast
from backroom_local.forecast.outcome import Forecast
from backroom_local.forecast.simulation import NeverRunsError

from backroom_console import former_runs, jobs
from backroom_console.connection import Connection
from backroom_console.errors import ConsoleError, UnreadableFileError
from backroom_console.starting import Request, dry_run_weights

AWS_BOOT_SECONDS, AWS_START_SECONDS = 120.0, 5.0
"""What an instance's launch and a container's start take on AWS, about; on a twin they take nothing."""


class NoRoomError(ConsoleError):
    """The job's container fits nowhere within the maximum of vCPUs."""


@dataclass(frozen=True, slots=True)
class Assumptions:
    """What the user says of it; None: as former runs, or as usual where it runs."""

    seconds: float | None = None
    spread: float = 0.0
    boot_seconds: float | None = None
    start_seconds: float | None = None
    reclaims_an_hour: float = 0.0
    prices: Path | None = None
    seed: int = 0


def scene(connection: Connection, request: Request, assumed: Assumptions) -> Scene:
    """Gather what a forecast needs. Raises as `dry_run` does, and UnreadableFileError for the price table."""
    prices = _prices(assumed.prices)
    definition = jobs.require(connection, request.job)
    weights = dry_run_weights(connection, request)
    return Scene(
        portions=[Portion(tenant, weight) for tenant, weight in in_fair_order(weights)],
        container=fleet.container(definition),
        fleet=_fleet(connection, definition, assumed),
        prices=prices,
        durations=_durations(connection, request.job, assumed),
        seed=assumed.seed,
    )


def foretell(found: Scene, maximums: Iterable[int]) -> Forecast:
    """Forecast a scene that has portions, at each maximum of vCPUs. Raises NoRoomError, UnreadableFileError."""
    try:
        return forecast(found, maximums)
    except NeverRunsError as error:
        raise NoRoomError(str(error)) from error
    except PriceTableError as error:
        raise UnreadableFileError(str(error)) from error


def _prices(path: Path | None) -> Prices:
    try:
        return read_prices(path)
    except PriceTableError as error:
        raise UnreadableFileError(str(error)) from error


def _durations(connection: Connection, job: str, assumed: Assumptions) -> Durations:
    if assumed.seconds is not None:
        return Given(assumed.seconds, assumed.spread)
    return former_runs.history(connection, job) or Planned(assumed.spread)


def _fleet(connection: Connection, definition: Mapping[str, Any], assumed: Assumptions) -> Fleet:
    batch, on_twin, outputs = connection.batch, connection.target.is_twin, connection.outputs
    on_fargate = "FARGATE" in definition.get("platformCapabilities", ())
    name = outputs.fargate_queue if on_fargate else outputs.queue
    if "nodeProperties" in definition:
        name = outputs.multi_node_queue
    (queue,) = batch.describe_job_queues(jobQueues=[name])["jobQueues"]
    order = [one["computeEnvironment"] for one in sorted(queue["computeEnvironmentOrder"], key=_order)]
    documents = batch.describe_compute_environments(computeEnvironments=order)["computeEnvironments"]
    return Fleet(
        environments=fleet.environments(documents, order),
        boot_seconds=_either(assumed.boot_seconds, 0.0 if on_twin else AWS_BOOT_SECONDS),
        start_seconds=_either(assumed.start_seconds, 0.0 if on_twin else AWS_START_SECONDS),
        reclaims_an_hour=assumed.reclaims_an_hour,
    )


def _order(one: Mapping[str, Any]) -> int:
    return int(one["order"])


def _either(said: float | None, usual: float) -> float:
    return usual if said is None else said
