"""The XML of sitemaps."""

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
# Control characters, which stand in no URL, language or date, hold the places of markup until all is escaped at once.
_MARKUP = {
    "\x01": "<url><loc>",
    "\x02": "</loc>",
    "\x03": "<lastmod>",
    "\x04": "</lastmod>",
    "\x05": '<xhtml:link rel="alternate" hreflang="',
    "\x06": '" href="',
    "\x07": '"/>',
    "\x08": "<image:image><image:loc>",
    "\x0e": "</image:loc></image:image>",
    "\x0f": "</url>\n",
}
_SECONDS = 19
"""Characters of a time as catalogues keep it, down to its seconds: `2026-11-27T03:00:00`."""


def escaped(text: str) -> str:
    """Escape the five characters that XML gives a meaning, as the protocol asks for all values."""
    return (
        text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace('"', "&quot;")
        .replace("'", "&apos;")
    )


def w3c(when: str) -> str:
    """Give a time in UTC, as catalogues keep it, as W3C datetime to the second; "" of ""."""
    return f"{when[:_SECONDS]}Z" if when else ""


def plain_urls(root: str, rows: Sequence[tuple[str, str, str, str]]) -> bytes:
    """Give the `url` elements of rows, each of a path behind `root` and a time as catalogues keep it, a line each."""
    block = "\x01".join([f"{path}\x00{when[:_SECONDS]}" for path, when, _, _ in rows])
    joined = escaped(block).replace("\x00", "</loc><lastmod>")
    joined = joined.replace("\x01", f"Z</lastmod></url>\n<url><loc>{root}")
    return f"<url><loc>{root}{joined}Z</lastmod></url>\n".encode()


def urls(entries: Sequence[Entry]) -> bytes:
    """Give the `url` elements of entries, a line each."""
    text = escaped("".join(map(_marked, entries)))
    for place, markup in _MARKUP.items():
        text = text.replace(place, markup)
    return text.encode()


def sitemaps(locations: Iterable[tuple[str, str]]) -> bytes:
    """Give the `sitemap` elements of an index: URL and time of the last change (W3C datetime or "")."""
    return "".join(
        f"<sitemap><loc>{escaped(loc)}</loc>{f'<lastmod>{when}</lastmod>' if when else ''}</sitemap>\n"
        for loc, when in locations
    ).encode()


def _marked(entry: Entry) -> str:
    loc, when, images, alternates = entry
    text = f"\x01{loc}\x02\x03{when}\x04" if when else f"\x01{loc}\x02"
    for language, href in alternates.items():
        text += f"\x05{language}\x06{href}\x07"
    shown = "\x0e\x08".join(images)
    return f"{text}\x08{shown}\x0e\x0f" if images else f"{text}\x0f"
