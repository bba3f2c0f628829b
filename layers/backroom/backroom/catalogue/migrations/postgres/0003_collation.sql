-- As products.sku: two texts of different collations are not compared by an index.
ALTER TABLE imported ALTER COLUMN sku TYPE TEXT COLLATE "C";
