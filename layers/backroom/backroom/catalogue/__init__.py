"""A tenant's catalogue: the products and pages of its shop, in PostgreSQL or in a SQLite file in its bucket."""
