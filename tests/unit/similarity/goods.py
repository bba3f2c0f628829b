"""Products for tests: of few words, so that many of them are alike."""

import json
import random
import tempfile
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

from backroom.catalogue.bucket_file import FILE
from backroom.catalogue.database import price_units, text
from backroom.catalogue.model import Product, ProductRow
from backroom.catalogue.sqlite import SqliteCatalogue
from similarity import model
from similarity.crew import Here
from similarity.model import learned, take_in
from similarity.neighbours import Wanted
from similarity.vectors import Tally
from similarity.writing import write

from tests.integration.catalogue.rows import NOW, chunk

_WORDS = ["cup", "mug", "plate", "blue", "red", "tall", "oak", "vase", "ash", "glaze", "tea", "bowl"]


def goods(count: int, seed: int = 0, words: int = 3) -> list[Product]:
    """Give products in order of SKU."""
    chance = random.Random(seed)  # noqa: S311
    return [_product(f"{seed}-{number:05}", chance, words) for number in range(count)]


def _product(sku: str, chance: random.Random, words: int) -> Product:
    def some(most: int) -> str:
        return " ".join(chance.choices(_WORDS, k=chance.randint(0, most)))

    return Product(
        sku,
        some(words),
        description=some(2 * words),
        price=Decimal(chance.randint(100, 9_000)) / 100,
        currency="EUR",
        brand=chance.choice(["", "Kiln", "Ofen"]),
        category=chance.choice(["", "Home > Cups", "Home > Bowls"]),
        attributes={"colour": chance.choice("abc")},
    )


def skus(products: Sequence[Product]) -> list[str]:
    """Give their SKUs."""
    return [product.sku for product in products]


def computed(shops: Sequence[Sequence[Product]], sizes: Sequence[int], wanted: Wanted) -> list[bytes]:
    """Give each shop's file, computed in parts of that size."""
    crew = Here()
    taken = [take_in(crew, shop, size) for shop, size in zip(shops, sizes, strict=True)]
    tally, known = Tally(), [learned(crew, shop) for shop in taken]
    for frequencies in known:
        tally.add(frequencies)
    tables = [
        model.neighbours(crew, shop, of_shop, tally.rarity(), wanted)
        for shop, of_shop in zip(taken, known, strict=True)
    ]
    return [write(shop.skus, found).body for shop, found in zip(taken, tables, strict=True)]


def catalogue(shop: str, products: Sequence[Product]) -> bytes:
    """Give the file of a shop with these products."""
    with tempfile.TemporaryDirectory() as folder:
        made = SqliteCatalogue(shop, Path(folder) / FILE)
        made.merge(chunk(*map(_row, products)), NOW)
        return made.path.read_bytes()


def _row(product: Product) -> ProductRow:
    known = (product.sku, product.title, "", product.description, price_units(product.price), product.currency, 1)
    rest = (text(NOW), product.brand, product.category, "", "[]", json.dumps(dict(product.attributes)))
    return ProductRow(*known, *rest)
