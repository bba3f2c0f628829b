"""product_import: a merchant's feed of products becomes the catalogue of its shop."""
