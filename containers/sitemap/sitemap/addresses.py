"""URLs of a shop: absolute, https, of its own host, and in the form that the protocol wants (RFC 3986, by RFC 3987).

What is no page of this host is refused by an AddressError that says why: it is reported and left out.
"""

import re
from urllib.parse import SplitResult, quote, urlsplit

LONGEST = 2_048
"""Characters: "The value must be less than 2,048 characters" (sitemaps.org, loc)."""
_SAFE = "!#$%&'()*+,/:;=?@[]~"
"""What stands for itself in a URL, `%` too: what is quoted already is not quoted again."""
PLAIN = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~!$&'()*+,;=:@/?"
"""What stands for itself in path and query (RFC 3986), so that there is nothing to do about it."""
_PLAIN = re.compile(f"[{re.escape(PLAIN)}]*")
_PLAIN_IMAGE = re.compile(rf"https://[a-z0-9-]{{1,63}}(\.[a-z0-9-]{{1,63}})+/[{re.escape(PLAIN)}]*")
_BROKEN_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_CONTROL = re.compile(r"[\x00-\x20\x7f-\x9f\u2028\u2029\\]")


class AddressError(ValueError):
    """A URL that does not belong into this host's sitemap, and why."""


class Host:
    """The one host that a sitemap may speak of."""

    def __init__(self, name: str) -> None:
        """Take a host name, as people write it; raises AddressError if it is none."""
        try:
            self.name = name.strip().rstrip(".").encode("idna").decode("ascii").lower()
        except UnicodeError as error:
            raise AddressError(f"{name!r} is no host name: {error}") from error
        if not re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)+", self.name):
            raise AddressError(f"{name!r} is no host name, like shop.example.com")
        self.root = f"https://{self.name}"

    def address(self, text: str) -> str:
        """Give the absolute URL of a path or URL of this host; raises AddressError."""
        if text.startswith("/") and not text.startswith("//") and _PLAIN.fullmatch(text):
            return _bounded(f"{self.root}{text}")
        parts = _split(text)
        if not self._is(parts.hostname) or parts.port not in (None, 80, 443):
            raise AddressError(f"{text!r} is not of the host {self.name}")
        return _bounded(self.root + _rest(parts))

    def image(self, text: str) -> str:
        """Give the absolute URL of an image, which may lie on another host; raises AddressError."""
        if len(text) < LONGEST and _PLAIN_IMAGE.fullmatch(text):
            return text
        parts = _split(text)
        if self._is(parts.hostname):
            return self.address(text)
        port = f":{parts.port}" if parts.port else ""
        return _bounded(f"{parts.scheme or 'https'}://{Host(parts.hostname or '').name}{port}{_rest(parts)}")

    def _is(self, host: str | None) -> bool:
        return host is None or Host(host).name == self.name


def _split(text: str) -> SplitResult:
    """Take a URL or path apart; raises AddressError for what no crawler should be led to."""
    if _CONTROL.search(text):
        raise AddressError(f"{text!r} has a blank, a backslash or a control character in it: write it as %20 or so")
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError as error:
        raise AddressError(f"{text!r} is no URL: {error}") from error
    if parts.scheme not in ("", "http", "https"):
        raise AddressError(f"{text!r} is a {parts.scheme}: URL; pages have https")
    if parts.username is not None or parts.password is not None:
        raise AddressError(f"{text!r} holds a user's name or password")
    if not parts.netloc and not text.startswith("/"):
        raise AddressError(f"{text!r} is neither a URL nor a path that begins with /")
    return parts


def _rest(parts: SplitResult) -> str:
    """Give path and query; a fragment is for browsers alone."""
    return _escaped(parts.path or "/") + (f"?{_escaped(parts.query)}" if parts.query else "")


def _bounded(url: str) -> str:
    if len(url) >= LONGEST:
        raise AddressError(f"{url[:80]}... has {len(url):,} characters; a sitemap takes fewer than {LONGEST:,}")
    return url


def _escaped(text: str) -> str:
    """Escape what is not ASCII as its UTF-8 bytes; what is escaped already stays, a lone `%` becomes `%25`."""
    return quote(_BROKEN_ESCAPE.sub("%25", text), safe=_SAFE)
