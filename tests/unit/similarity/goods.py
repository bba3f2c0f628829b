"""Products for tests: of few words, so that many of them are alike."""

import random
from collections.abc import Sequence
from decimal import Decimal

from backroom.catalogue.model import Product

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
