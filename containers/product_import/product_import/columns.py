"""Which columns of a feed say what of a product."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from backroom.catalogue.model import Field
from backroom.worker.feed.columns import NAMES, columns_of, mind_needed, mind_told
from backroom.worker.feed.records import REST, ROW

REQUIRED = (Field.SKU, Field.TITLE, Field.PRICE)
SEVERAL = (Field.IMAGES,)
"""Fields that all columns of their names add to; of the others the first name that is there counts."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the tenant says of its columns."""

    columns: Mapping[str, str] = field(default_factory=dict)
    """The column of a field, by the field's name."""
    attributes: Sequence[str] = ()
    """Columns that are kept as attributes under their own names."""


Sources = dict[Field, list[str]]
"""The columns that say a field; none: the feed has none."""


def find_sources(columns: Sequence[str], wanted: Wanted) -> Sources:
    """Find the columns of each field; raises MissingColumn if a named or a required one is not there."""
    found = [name for name in columns if name not in (ROW, REST)]
    mind_told(found, (*wanted.columns.values(), *wanted.attributes))
    sources = known_sources(found, wanted)
    mind_needed(found, sources, REQUIRED)
    return sources


def known_sources(columns: Sequence[str], wanted: Wanted) -> Sources:
    """The same without a complaint: rows of JSON and XML need not all have the same columns."""
    found = columns_of(columns, wanted.columns, NAMES)
    return {one: names if one in SEVERAL else names[:1] for one, names in found.items()}
