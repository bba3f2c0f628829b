"""Which URLs may be asked for at all. Pure."""

from urllib.parse import SplitResult, urlsplit

from backroom.worker.web.reasons import UnusableUrl

PORTS = {"http": 80, "https": 443}


def parse_url(url: str, trusted: frozenset[str] = frozenset()) -> SplitResult:
    """Take apart a URL that may be asked for; raises UnusableUrl."""
    if any(ord(sign) <= 32 or ord(sign) == 127 or sign == "\\" for sign in url):
        raise UnusableUrl(f"{url[:200]!r} has a blank, a backslash or a control character in it: write it as %20 or so")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise UnusableUrl(f"{url[:200]!r} is no URL: {error}") from error
    if parts.scheme not in PORTS or not parts.hostname:
        raise UnusableUrl(f"{url[:200]!r} is no URL with http:// or https:// and a host")
    if parts.username is not None or parts.password is not None:
        raise UnusableUrl(f"the URL of {parts.hostname} holds a user's name or password")
    if port not in (None, *PORTS.values()) and f"{parts.hostname}:{port}" not in trusted:
        raise UnusableUrl(f"{url[:200]!r} names port {port}: only 80 and 443 are asked")
    return parts
