"""Months as a tenant has them: from midnight to midnight of its own time zone. Pure."""

from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from backroom.errors import InvalidTenantError

LAST, THIS = "last_month", "this_month"


@dataclass(frozen=True, slots=True)
class Month:
    """A month of a time zone. Where a clock is put forward at midnight it begins with the first time that there is."""

    year: int
    month: int
    zone: ZoneInfo

    @property
    def name(self) -> str:
        """Its name, `2026-11`."""
        return f"{self.year:04}-{self.month:02}"

    @property
    def start(self) -> datetime:
        """Its first instant, in UTC."""
        return datetime(self.year, self.month, 1, tzinfo=self.zone).astimezone(UTC)

    @property
    def end(self) -> datetime:
        """The first instant after it, in UTC."""
        return self.next.start

    @property
    def next(self) -> "Month":
        """The month after it."""
        return Month(self.year + self.month // 12, self.month % 12 + 1, self.zone)

    @property
    def before(self) -> "Month":
        """The month before it."""
        return Month(self.year - (self.month == 1), (self.month - 2) % 12 + 1, self.zone)

    def holds(self, moment: datetime) -> bool:
        """Say whether an instant lies in it."""
        return self.start <= moment < self.end


def month_at(moment: datetime, zone: ZoneInfo) -> Month:
    """Give the month that it is at an instant."""
    local = moment.astimezone(zone)
    return Month(local.year, local.month, zone)


def wanted_month(wish: str, moment: datetime, zone: ZoneInfo) -> Month:
    """Give the month of a wish: LAST (the last one that is over at `moment`), THIS, or one by its name."""
    now = month_at(moment, zone)
    if wish in (LAST, THIS):
        return now if wish == THIS else now.before
    year, month = wish.split("-")
    return Month(int(year), int(month), zone)


def time_zone(tenant: str, name: str) -> ZoneInfo:
    """Give a tenant's time zone; raises InvalidTenantError if its record names none that there is."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise InvalidTenantError(
            f"tenant {tenant!r} has the time zone {name!r}, which is none; write it like Europe/Berlin"
        ) from error
