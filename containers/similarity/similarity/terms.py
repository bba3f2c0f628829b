"""The terms that describe a product, each with a weight: what two products have in common makes them similar. Pure."""

import html
import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

import orjson
from backroom.catalogue.model import Product

LONGEST_TITLE, LONGEST_DESCRIPTION = 500, 4_000
"""Characters that are read: what is longer is no text but an accident."""
MOST_ATTRIBUTES = 50
_OF_TITLE, _OF_BRAND, _OF_CATEGORY = 3.0, 2.0, 1.5
"""Against 1 of a word that stands once in the description, of an attribute, and of a price band."""
_BANDS_AN_OCTAVE = 2
"""Of prices: each is half again as wide as the one below it, roughly."""
_TAG = re.compile(r"<[a-zA-Z/!][^<>]*>")
_WORD = re.compile(r"[^\W_]+")
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\u0e00-\u0e7f]")
"""Japanese, Chinese and Thai, which are written without blanks between words."""
_LEVEL = re.compile(r"\s*[>/|]\s*")


class Described(NamedTuple):
    """What is looked at of a product."""

    title: str
    description: str
    brand: str
    category: str
    """From the widest to the narrowest, such as `Home > Kitchen > Cups`."""
    price: float | None
    currency: str
    attributes: Mapping[str, str]


def described(product: Product) -> Described:
    """Give what is looked at of a product, no more of it than is read."""
    return Described(
        product.title[:LONGEST_TITLE],
        product.description[:LONGEST_DESCRIPTION],
        product.brand[:LONGEST_TITLE],
        product.category[:LONGEST_TITLE],
        None if product.price is None else float(product.price),
        product.currency,
        dict(list(product.attributes.items())[:MOST_ATTRIBUTES]),
    )


def packed(products: Iterable[Product]) -> bytes:
    """Give what is looked at of products in one piece, to be sent: a tenth of the work of pickling them."""
    return orjson.dumps([tuple(described(product)) for product in products])


def unpacked(body: bytes) -> Iterator[Described]:
    """Yield what was packed."""
    return map(Described._make, orjson.loads(body))


def terms(product: Described) -> dict[str, float]:
    """Give the terms and their weights, all above 0. Words have no `=` in them, all other terms do."""
    found = {word: 1 + math.log(count) for word, count in Counter(words(product.description)).items()}
    for word in set(words(product.title)):
        found[word] = found.get(word, 0.0) + _OF_TITLE
    if brand := product.brand.strip().casefold():
        found[f"brand={brand}"] = _OF_BRAND
    found.update((f"category={level}", _OF_CATEGORY) for level in _levels(product.category))
    for name, value in product.attributes.items():
        found[f"attribute={name.strip().casefold()}={str(value).strip().casefold()}"] = 1.0
    found.update((f"price={product.currency}={band}", 1.0) for band in _bands(product.price))
    return found


def words(text: str) -> Iterator[str]:
    """Yield the words of a text, which may hold HTML; of what is written without blanks, pairs of characters."""
    plain = html.unescape(_TAG.sub(" ", text)) if "<" in text or "&" in text else text
    for word in _WORD.findall(plain.casefold()):
        if len(word) > 1 and _UNSPACED.search(word):
            yield from (word[at : at + 2] for at in range(len(word) - 1))
        else:
            yield word


def _levels(category: str) -> Iterator[str]:
    """Yield each level with those above it, so that `Cups` of two branches are two."""
    above = ""
    for level in filter(None, _LEVEL.split(category.strip().casefold())):
        above = f"{above}>{level}" if above else level
        yield above


def _bands(price: float | None) -> Iterator[str]:
    """Yield two bands that overlap by half, so that prices next to each other have one in common at least."""
    if price is not None and math.isfinite(price) and price > 0:
        place = math.log2(price) * _BANDS_AN_OCTAVE
        yield f"{math.floor(place)}"
        yield f"{math.floor(place + 0.5)}+"
