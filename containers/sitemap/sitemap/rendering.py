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
IMAGE_OPEN, IMAGE_CLOSE = "<image:image><image:loc>", "</image:loc></image:image>"
# Control characters, which stand in no URL, language or date, hold the places of markup until all is escaped at once.
_MARKUP = {
    "\x01": "<url><loc>",
    "\x02": "</loc>",
    "\x03": "<lastmod>",
    "\x04": "</lastmod>",
    "\x05": '<xhtml:link rel="alternate" hreflang="',
    "\x06": '" href="',
    "\x07": '"/>',
    "\x08": IMAGE_OPEN,
    "\x0e": IMAGE_CLOSE,
    "\x0f": "</url>\n",
}
SECONDS = 19
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
    return f"{when[:SECONDS]}Z" if when else ""


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
