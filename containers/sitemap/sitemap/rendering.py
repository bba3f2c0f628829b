"""The XML of sitemaps, a block of entries at once: several times faster than one by one."""

from collections.abc import Iterable, Sequence

from sitemap.entry import Entry

_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
_IMAGES = ' xmlns:image="http://www.google.com/schemas/sitemap-image/1.1"'
_LINKS = ' xmlns:xhtml="http://www.w3.org/1999/xhtml"'
OPEN = f'{_HEAD}<urlset xmlns="{_NAMESPACE}"{_IMAGES}{_LINKS}>\n'.encode()
CLOSE = b"</urlset>\n"
OPEN_INDEX = f'{_HEAD}<sitemapindex xmlns="{_NAMESPACE}">\n'.encode()
CLOSE_INDEX = b"</sitemapindex>\n"
# Neither stands in a URL or a date: the one parts the two, the other the entries.
_PART, _NEXT = "\x00", "\x01"


def escaped(text: str) -> str:
    """Escape the five characters that XML gives a meaning, as the protocol asks for all values."""
    return (
        text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace('"', "&quot;")
        .replace("'", "&apos;")
    )


def urls(entries: Sequence[Entry]) -> bytes:
    """Give the `url` elements of entries, a line each."""
    if any(entry.images or entry.alternates for entry in entries):
        return "".join(map(_extended, entries)).encode()
    dated = [entry for entry in entries if entry.lastmod]
    if len(dated) == len(entries):
        return _plain(entries)
    return "".join(map(_extended, entries)).encode()


def sitemaps(locations: Iterable[tuple[str, str]]) -> bytes:
    """Give the `sitemap` elements of an index: URL and time of the last change (W3C datetime or "")."""
    return "".join(
        f"<sitemap><loc>{escaped(loc)}</loc>{_lastmod(when)}</sitemap>\n" for loc, when in locations
    ).encode()


def _plain(entries: Sequence[Entry]) -> bytes:
    if not entries:
        return b""
    block = _NEXT.join([f"{entry[0]}{_PART}{entry[1]}" for entry in entries])
    joined = escaped(block).replace(_PART, "</loc><lastmod>").replace(_NEXT, "</lastmod></url>\n<url><loc>")
    return f"<url><loc>{joined}</lastmod></url>\n".encode()


def _extended(entry: Entry) -> str:
    loc, lastmod, images, alternates = entry
    links = "".join(
        f'<xhtml:link rel="alternate" hreflang="{escaped(language)}" href="{escaped(href)}"/>'
        for language, href in alternates.items()
    )
    shown = "".join(f"<image:image><image:loc>{escaped(image)}</image:loc></image:image>" for image in images)
    return f"<url><loc>{escaped(loc)}</loc>{_lastmod(lastmod)}{links}{shown}</url>\n"


def _lastmod(when: str) -> str:
    return f"<lastmod>{when}</lastmod>" if when else ""
