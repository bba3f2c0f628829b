"""Why something could not be read from the web; the names are what users read of an item that failed."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from backroom.worker.endings import BadItem


class WebReason(BadItem):
    """The base of them. `passing` says whether another try, later, may go better."""

    passing = False


class UnusableUrl(WebReason):
    """It is no http or https URL with a host, or it has a user's name, a password or another port in it."""


class ForbiddenAddress(WebReason):
    """The host is at an address that is not public: of this network, of the cloud's own services, of this machine."""


class UnknownHost(WebReason):
    """There is no such host."""


class BadCertificate(WebReason):
    """The server cannot show that it is this host."""


class TooManyRedirects(WebReason):
    """One leads to another, and so on."""


class TooLarge(WebReason):
    """It has more bytes than are taken."""


class TooSlow(WebReason):
    """It takes more time than is given."""

    passing = True


class Unreachable(WebReason):
    """The host did not take the connection, or broke it off."""

    passing = True


class NotModified(WebReason):
    """It is as it was when it was last read (304)."""


class RefusedByServer(WebReason):
    """The server answered with an error."""

    def __init__(self, status: int, text: str, rest: float | None = None) -> None:
        """`rest`: seconds for which the server asks to be left alone (Retry-After)."""
        super().__init__(text)
        self.status = status
        self.rest = rest
        self.passing = status == 429 or status >= 500


def parse_rest(said: str | None, now: datetime) -> float | None:
    """Give the seconds that a Retry-After asks for (RFC 9110, 10.2.3: seconds, or a date); None if it says none."""
    text = (said or "").strip()
    if text.isascii() and text.isdigit() and len(text) < 10:
        return float(text)
    try:
        at = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    return max(0.0, (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp() - now.timestamp())
