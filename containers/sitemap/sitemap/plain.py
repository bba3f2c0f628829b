"""Rows of a catalogue that can be written as they are: a look at hundreds at once instead of at each."""

from collections.abc import Sequence

from backroom.catalogue.model import ShownRow

from sitemap.addresses import LONGEST, PLAIN, Host
from sitemap.robots import Robots

NO_IMAGES = "[]"
"""As catalogues keep it."""
_PLAIN = f"{PLAIN}\n".encode()


def are_plain(rows: Sequence[ShownRow], host: Host, robots: Robots) -> bool:
    """Say whether each has a path that needs no escape, which robots.txt allows, a time, and no images."""
    paths, whens, images, _ = zip(*rows, strict=True)
    text = "\n" + "\n".join(paths)
    return (
        len(rows) == text.count("\n/") == text.count("\n")
        and "\n//" not in text
        and not text.encode().translate(None, _PLAIN)
        and len(host.root) + max(map(len, paths)) < LONGEST
        and min(whens) != ""
        and set(images) == {NO_IMAGES}
        and not robots.may_forbid(text)
    )
