"""Which columns of a feed say what of a product: by the tenant's parameter, else by the names that are common."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from backroom.catalogue.model import Field

from product_import.feed.batches import REST, ROW
from product_import.reasons import MissingColumn

REQUIRED = (Field.SKU, Field.TITLE, Field.PRICE)
SEVERAL = (Field.IMAGES,)
"""Fields that all columns of their names add to; of the others the first name that is there counts."""
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


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the tenant says of its columns."""

    columns: Mapping[str, str] = field(default_factory=dict)
    """The column of a field, by the field's name."""
    attributes: Sequence[str] = ()
    """Columns that are kept as attributes under their own names."""


Sources = dict[Field, list[str]]
"""The columns that say a field; none: the feed has none."""


def plain(name: str) -> str:
    """Give a column's name as names are compared: `g:Image Link` is `image_link`."""
    return re.sub(r"[\W_]+", "_", name.casefold()).strip("_").removeprefix("g_")


def find_sources(columns: Sequence[str], wanted: Wanted) -> Sources:
    """Find the columns of each field; raises MissingColumn if a named or a required one is not there."""
    found = [name for name in columns if name not in (ROW, REST)]
    named = {*wanted.columns.values(), *wanted.attributes}
    for name in sorted(named.difference(found)):
        raise MissingColumn(f"the feed has no column {name!r}, which the parameters name; it has {_shown(found)}")
    sources = known_sources(found, wanted)
    for one in REQUIRED:
        if not sources[one]:
            raise MissingColumn(
                f"the feed has no column for {one}; it has {_shown(found)}. Name the one that it is in the parameter "
                f'columns, like {{"{one}": "{found[0] if found else "NAME"}"}}'
            )
    return sources


def known_sources(columns: Sequence[str], wanted: Wanted) -> Sources:
    """The same without a complaint: rows of JSON and XML need not all have the same columns."""
    by_name: dict[str, str] = {}
    for name in columns:
        by_name.setdefault(plain(name), name)
    sources = {}
    for one in Field:
        told = wanted.columns.get(one)
        found = [by_name[name] for name in NAMES[one] if name in by_name] if told is None else [told]
        present = [name for name in found if name in columns]
        sources[one] = present if one in SEVERAL else present[:1]
    return sources


def _shown(columns: Sequence[str]) -> str:
    more = f" and {len(columns) - _SHOWN} more" if len(columns) > _SHOWN else ""
    return (", ".join(name[:60] for name in columns[:_SHOWN]) or "none") + more
