"""Reads XML: the elements that repeat are the rows, such as `item` of a Google Merchant feed, or `entry` of Atom."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException  # type: ignore[import-untyped]
from defusedxml.ElementTree import iterparse  # type: ignore[import-untyped]

from backroom.worker.feed.limits import FeedLimits
from backroom.worker.feed.reasons import BrokenFeed, ForbiddenXml
from backroom.worker.feed.records import Record, Records

_ROW_NAMES = {"item", "entry", "product", "offer", "artikel", "article", "shopitem", "row"}
"""What feeds call a product, in lower case and without a namespace."""


def elements(path: Path, limits: FeedLimits) -> Records:
    """Yield the rows; a row's number is its place, from 1. Raises ForbiddenXml, BrokenFeed."""
    reader = _Reader(limits)
    try:
        for event, element in iterparse(path, events=("start", "end"), forbid_dtd=True):
            found = reader.take(event, element)
            if found is not None:
                yield reader.rows, found
    except DefusedXmlException as error:
        raise ForbiddenXml(f"the XML has a DTD or entities ({type(error).__name__}): leave them out") from error
    except ParseError as error:
        raise BrokenFeed(f"the XML is damaged or cut off: {error}") from error
    if not reader.rows:
        raise BrokenFeed(f"the XML has none of the elements that products are: {', '.join(sorted(_ROW_NAMES))}")


class _Reader:
    """Keeps of the document what belongs to the row at hand, and nothing of those before."""

    def __init__(self, limits: FeedLimits) -> None:
        self._limits, self._path, self._inside = limits, list[Element](), 0
        self.rows = 0

    def take(self, event: str, element: Element) -> Record | None:
        """Take the next event; gives a row when it is whole."""
        if event == "start":
            self._enter(element)
            return None
        self._path.pop()
        if self._inside > 1 or (self._inside == 1 and not _is_row(element)):
            self._inside -= 1
            return None
        if self._inside == 1:
            self._inside = 0
            self.rows += 1
            record = _record(element, self.rows, self._limits)
            self._forget(element)
            return record
        self._forget(element)
        return None

    def _enter(self, element: Element) -> None:
        self._path.append(element)
        if len(self._path) > self._limits.depth:
            raise BrokenFeed(f"the XML is more than {self._limits.depth} levels deep")
        if self._inside or _is_row(element):
            self._inside += 1

    def _forget(self, element: Element) -> None:
        element.clear()
        if self._path:
            self._path[-1].remove(element)


def _is_row(element: Element) -> bool:
    return local(element.tag).lower() in _ROW_NAMES


def local(tag: Any) -> str:
    """Give an element's name without its namespace."""
    return str(tag).rpartition("}")[2]


def _record(row: Element, number: int, limits: FeedLimits) -> Record:
    """Give the texts of a row's elements and attributes; those that occur several times with commas between."""
    values: dict[str, list[str]] = {}
    for name, text in _values(row):
        values.setdefault(name, []).append(text)
    if len(values) > limits.columns:
        raise BrokenFeed(f"row {number:,} has {len(values):,} values; at most {limits.columns:,} are read")
    return {name: ",".join(texts) for name, texts in values.items()}


def _values(element: Element, prefix: str = "") -> Iterator[tuple[str, str]]:
    yield from ((f"{prefix}{local(name)}", value) for name, value in element.attrib.items())
    for child in element:
        name = f"{prefix}{local(child.tag)}"
        text = (child.text or "").strip()
        if text or not len(child):
            yield name, text
        yield from _values(child, f"{name}.")
