"""What a wave is likely to cost, and whether the job's budget allows it. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from backroom.costs import Prices
from backroom.errors import BudgetExceededError
from backroom.manifest.index import Group
from backroom.planning.job import JobRow
from backroom.planning.summary import StagePlan

CENT = 0.005


def forecast_cost(seconds: Mapping[Group, float], stages: Sequence[StagePlan], prices: Prices) -> float:
    """Give the USD that portions of so many seconds in each group are likely to cost.

    Which part of a portion's seconds falls to which stage is not known, so the dearest stage counts for all. Stages
    whose definitions do not say what room they take cost nothing. Raises PriceTableError.
    """
    return sum(taken * _dearest(group, stages, prices) for group, taken in seconds.items())


def _dearest(group: Group, stages: Sequence[StagePlan], prices: Prices) -> float:
    """USD a second."""
    through = [stage for stage in stages if group.only in (None, stage.name)]
    rooms = ((stage.room(group.memory), stage.queue(group.queue)) for stage in through)
    return max((room.cost(prices, queue, 1.0) for room, queue in rooms if room), default=0.0)


@dataclass(frozen=True, slots=True)
class Budget:
    """What a run of a job may cost."""

    job: str
    limit: float | None
    """USD; None: whatever it takes."""
    asks: bool
    """Whether somebody may agree to more."""
    approved: float | None = None
    """USD that somebody has agreed to."""

    @classmethod
    def of(cls, row: JobRow, approved: float | None) -> "Budget":
        """The budget of a run by its job's row and what was agreed to."""
        return cls(row.job, row.budget, row.budget_action == "ask", approved)

    @property
    def allowed(self) -> float | None:
        """USD that the run may cost; None: whatever it takes."""
        if self.limit is None or not self.asks or self.approved is None:
            return self.limit
        return max(self.limit, self.approved)

    def exceeded(self, cost: float) -> bool:
        """Whether so many USD are more than the run may cost."""
        # What was agreed to is the cost as it was shown, in whole cents.
        return self.allowed is not None and cost >= self.allowed + CENT

    def check(self, cost: float) -> None:
        """Raise BudgetExceededError if the plan of a run is likely to cost more than it may."""
        if self.exceeded(cost):
            way_out = f"agree to it (approve_cost {cost:.2f})" if self.asks else "raise Budget in the job's row"
            raise BudgetExceededError(
                f"the run is likely to cost ${cost:.2f}, and the budget of job {self.job!r} is ${self.allowed:.2f}; "
                f"plan fewer tenants, or {way_out}"
            )

    def stop(self, spent: float, cost: float) -> str:
        """Say why there is no further wave, "" if there may be one: what is spent and its cost come to too much."""
        if not self.exceeded(spent + cost):
            return ""
        both = f"${spent:.2f} spent and ${cost:.2f} for it"
        return f"no further wave: {both} are more than the budget of ${self.allowed:.2f}"
