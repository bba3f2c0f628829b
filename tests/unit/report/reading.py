"""Reads what the report wrote by others' code: HTML by lxml, XLSX by calamine, CSV by the standard library."""

import csv
import io
import zipfile
from typing import Any
from urllib.parse import urlsplit

import fastexcel
from lxml import html

BEGINS = "=+-@＝＋－＠\t\r"  # noqa: RUF001 - the wide ones are meant
Page = Any
"""lxml's tree."""


def page_of(body: bytes) -> Page:
    return html.document_fromstring(body.decode())


def cards(page: Page) -> dict[str, str]:
    """Give the figures at the top."""
    return {card.find("dt").text: card.find("dd").text for card in page.xpath("//dl/div")}


def tables_of(page: Page) -> dict[str, list[list[str]]]:
    """Give each table by its region's name, with its head."""
    regions = page.xpath("//div[@role='region']")
    return {
        region.get("aria-label"): [[cell.text_content() for cell in row] for row in region.xpath(".//tr")]
        for region in regions
    }


def loads_anything(page: Page) -> list[str]:
    """Give what of a page would run or be fetched; links to files beside it are neither."""
    found = [element.tag for element in page.iter() if element.tag in ("script", "iframe", "img", "link", "object")]
    for element in page.iter():
        for name, value in element.attrib.items():
            if name.startswith("on") or (
                name in ("href", "src", "action") and (urlsplit(value).scheme or "//" in value)
            ):
                found.append(f"{element.tag} {name}={value}")
    return found


def sheets_of(body: bytes) -> dict[str, list[tuple[Any, ...]]]:
    """Give the rows of each sheet, the head among them."""
    book = fastexcel.read_excel(body)
    return {name: book.load_sheet(name, header_row=None).to_polars().rows() for name in book.sheet_names}


def numbers_of(body: bytes, sheet: str) -> set[str]:
    """Give the columns of a sheet that hold numbers or times."""
    frame = fastexcel.read_excel(body).load_sheet(sheet).to_polars()
    return {name for name, kind in frame.schema.items() if kind.is_numeric() or kind.is_temporal()}


def formulas_of(body: bytes) -> int:
    """Count formulas, links and macros of a workbook, by its XML."""
    with zipfile.ZipFile(io.BytesIO(body)) as packed:
        sheets = [packed.read(name) for name in packed.namelist() if name.startswith("xl/worksheets/")]
        odd = [name for name in packed.namelist() if "external" in name or "vba" in name.lower()]
    return len(odd) + sum(xml.count(b"<f>") + xml.count(b"<f ") + xml.count(b"<hyperlink") for xml in sheets)


def rows_of(body: bytes, delimiter: str = ",") -> list[list[str]]:
    """Give the cells of a CSV file as a spreadsheet would cut it."""
    return list(csv.reader(io.StringIO(body.decode("utf-8-sig"), newline=""), delimiter=delimiter))
