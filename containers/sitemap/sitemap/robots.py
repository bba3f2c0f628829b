"""What a shop's robots.txt keeps crawlers from: such pages do not belong into a sitemap either."""

from backroom.worker import Work
from protego import Protego

FILE = "robots.txt"
LARGEST = 500 * 1024
"""Bytes that crawlers read (RFC 9309, 2.5)."""
_CRAWLER = "*"


class Robots:
    """The rules for crawlers that have none of their own."""

    def __init__(self, text: str) -> None:
        self._rules = Protego.parse(text) if text.strip() else None

    def allows(self, url: str) -> bool:
        """Say whether a crawler may read this."""
        return self._rules is None or bool(self._rules.can_fetch(url, _CRAWLER))


def read_robots(work: Work) -> Robots:
    """Read the tenant's robots.txt; without one everything is allowed."""
    try:
        body = work.tenant.get(f"{work.portion.prefix}{FILE}")
    except FileNotFoundError:
        body = b""
    return Robots(body[:LARGEST].decode("utf-8", "replace"))
