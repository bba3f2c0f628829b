"""Of several rows of a product the newest stock and the newest price; of the same time, what comes last. Pure."""

from dataclasses import dataclass, field

from backroom.catalogue.model import StockRow

from stock_import.deltas import Delta


@dataclass(slots=True)
class Newest:
    """What is newest so far, by SKU."""

    stocks: dict[str, Delta] = field(default_factory=dict)
    prices: dict[str, Delta] = field(default_factory=dict)
    older: int = 0
    """Rows of which nothing was the newest."""

    def add(self, delta: Delta) -> None:
        """Take another row."""
        row, new = delta.row, False
        for known, value in ((self.stocks, row.stock), (self.prices, row.price_units)):
            before = known.get(row.sku)
            if value is not None and (before is None or before.row.at <= row.at):
                known[row.sku] = delta
                new = True
        self.older += not new

    def rounds(self) -> list[list[Delta]]:
        """Give what is to be applied, one after the other, none with a SKU twice.

        Stock and price of one time are one delta; the second round has the prices that are of another time.
        """
        together, apart = [], []
        for sku, delta in self.stocks.items():
            price = self.prices.get(sku)
            if price is delta:
                together.append(delta)
            elif price is not None and price.row.at == delta.row.at:
                row = delta.row._replace(price_units=price.row.price_units, currency=price.row.currency)
                together.append(delta._replace(row=row))
            else:
                together.append(delta._replace(row=_without_price(delta.row)))
                apart += [price._replace(row=price.row._replace(stock=None))] if price else []
        alone = [delta for sku, delta in self.prices.items() if sku not in self.stocks]
        return [some for some in (together + alone, apart) if some]


def _without_price(row: StockRow) -> StockRow:
    return row._replace(price_units=None, currency="")
