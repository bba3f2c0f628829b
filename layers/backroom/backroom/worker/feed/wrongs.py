"""What may be wrong with a value, each with its name and what is told to the merchant."""

from typing import NamedTuple

MOST_PRICE = 1_000_000_000
MOST_STOCK = 2_000_000_000
WHOLE = r"^[+-]?[0-9]{1,12}(?:[.,]0+)?$"
"""A stock."""


class Wrong(NamedTuple):
    """One of them."""

    reason: str
    message: str
    """What is wrong, and what to do."""


NO_SKU = Wrong("NoSku", "the SKU is empty: give each product a number that stays its own")
TOO_MANY_VALUES = Wrong(
    "TooManyValues",
    "the row has more values than the header: put values with a separator in them into quotation marks",
)
AMBIGUOUS_PRICE = Wrong(
    "AmbiguousPrice",
    "it may be a thousand or have three decimal places: write two decimal places, or set the parameter decimal",
)
NOT_A_PRICE = Wrong("NotAPrice", "this is no price: write it like 9.99 or 9.99 EUR")
NEGATIVE_PRICE = Wrong("NegativePrice", "a price is not below 0: write what the product costs")
PRICE_TOO_HIGH = Wrong("PriceTooHigh", f"a price is at most {MOST_PRICE:,}: see whether two values have run together")
UNKNOWN_CURRENCY = Wrong(
    "UnknownCurrency",
    "this is no currency of ISO 4217, or its sign is that of several: write a code such as EUR, USD or SEK",
)
NOT_A_STOCK = Wrong(
    "NotAStock", "a stock is a whole number of pieces, such as 12: leave it empty where it is not counted"
)
NEGATIVE_STOCK = Wrong("NegativeStock", "a stock is not below 0: write 0 where there is none")
STOCK_TOO_HIGH = Wrong("StockTooHigh", f"a stock is at most {MOST_STOCK:,}")
