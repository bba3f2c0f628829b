CREATE TABLE products (
    tenant TEXT NOT NULL,
    sku TEXT NOT NULL,
    title TEXT NOT NULL,
    url TEXT NOT NULL,
    description TEXT NOT NULL,
    price_units BIGINT,
    currency TEXT NOT NULL,
    stock BIGINT,
    stock_at TEXT NOT NULL,
    brand TEXT NOT NULL,
    category TEXT NOT NULL,
    gtin TEXT NOT NULL,
    images TEXT NOT NULL,
    attributes TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    PRIMARY KEY (tenant, sku)
);
CREATE TABLE pages (
    tenant TEXT NOT NULL,
    path TEXT NOT NULL,
    locale TEXT NOT NULL,
    title TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    noindex BOOLEAN NOT NULL,
    alternates TEXT NOT NULL,
    images TEXT NOT NULL,
    PRIMARY KEY (tenant, path, locale)
);
-- What an import has brought so far: what it has not brought by its end is removed.
CREATE TABLE imported (
    tenant TEXT NOT NULL,
    import_id TEXT NOT NULL,
    sku TEXT NOT NULL,
    PRIMARY KEY (tenant, import_id, sku)
);
-- Counts the changes of a tenant's catalogue: who reads it knows by it whether anything is new.
CREATE TABLE catalogue_versions (
    tenant TEXT PRIMARY KEY,
    version BIGINT NOT NULL,
    -- When stock and prices of the last whole import were so: deltas of stock before it are old.
    imported_at TEXT NOT NULL
);
