-- When the price was so: a price that comes by itself does not wait for stocks, nor they for it.
ALTER TABLE products ADD COLUMN price_at TEXT NOT NULL DEFAULT '';
-- Of what the last import said of the product: an import that says the same again need not send it. None where a delta has changed it since.
ALTER TABLE products ADD COLUMN digest BIGINT;
-- An import tells at its beginning what it brings: nothing is to be remembered of it.
DROP TABLE imported;
