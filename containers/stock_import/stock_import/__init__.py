"""stock_import: stocks and prices that have changed since come into the catalogue of a shop, every few minutes."""
