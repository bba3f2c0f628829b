"""Which columns of a feed say what: by the tenant's parameter `columns`, else by the names that are common."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

from backroom.catalogue.model import Field
from backroom.worker.feed.reasons import MissingColumn

NAMES: dict[Field, tuple[str, ...]] = {
    Field.SKU: ("sku", "id", "product_id", "item_id", "article_number", "artikelnummer", "artikelnr", "art_nr"),
    Field.TITLE: ("title", "name", "product_name", "product_title", "titel", "bezeichnung", "artikelbezeichnung"),
    Field.PRICE: ("price", "unit_price", "gross_price", "preis", "verkaufspreis", "bruttopreis", "vk"),
    Field.CURRENCY: ("currency", "currency_code", "price_currency", "währung", "waehrung"),
    Field.STOCK: ("stock", "quantity", "qty", "inventory", "stock_quantity", "bestand", "lagerbestand", "menge"),
    Field.URL: ("url", "link", "product_url", "deeplink", "produktlink"),
    Field.DESCRIPTION: ("description", "long_description", "beschreibung", "langtext"),
    Field.BRAND: ("brand", "manufacturer", "vendor", "marke", "hersteller"),
    Field.CATEGORY: ("category", "product_type", "google_product_category", "kategorie", "warengruppe"),
    Field.GTIN: ("gtin", "ean", "upc", "gtin13", "ean13", "barcode"),
    Field.IMAGES: ("images", "image", "image_link", "image_url", "additional_image_link", "bild", "bilder", "bild_url"),
}
"""Common names, as `plain` writes them, those of Google Merchant's specification among them."""
_SHOWN = 30
F = TypeVar("F", bound=str)


def plain(name: str) -> str:
    """Give a column's name as names are compared: `g:Image Link` is `image_link`."""
    return re.sub(r"[\W_]+", "_", name.casefold()).strip("_").removeprefix("g_")


def columns_of(columns: Sequence[str], told: Mapping[str, str], names: Mapping[F, Sequence[str]]) -> dict[F, list[str]]:
    """Give the columns of each field: that which the tenant has told, else all of its common names, in their order."""
    by_name: dict[str, str] = {}
    for name in columns:
        by_name.setdefault(plain(name), name)
    known = {one: [by_name[name] for name in common if name in by_name] for one, common in names.items()}
    return known | {one: [told[one]] if told[one] in columns else [] for one in names if one in told}


def mind_told(columns: Sequence[str], told: Iterable[str]) -> None:
    """Raise MissingColumn if a column that the parameters name is not there."""
    for name in sorted(set(told).difference(columns)):
        raise MissingColumn(f"the feed has no column {name!r}, which the parameters name; it has {_shown(columns)}")


def mind_needed(columns: Sequence[str], sources: Mapping[F, Sequence[str]], needed: Iterable[F]) -> None:
    """Raise MissingColumn if a field that is needed has no column."""
    for one in needed:
        if not sources[one]:
            raise MissingColumn(
                f"the feed has no column for {one}; it has {_shown(columns)}. Name the one that it is in the parameter "
                f'columns, like {{"{one}": "{columns[0] if columns else "NAME"}"}}'
            )


def _shown(columns: Sequence[str]) -> str:
    more = f" and {len(columns) - _SHOWN} more" if len(columns) > _SHOWN else ""
    return (", ".join(name[:60] for name in columns[:_SHOWN]) or "none") + more
