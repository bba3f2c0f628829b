"""The statements of a catalogue, the same for SQLite (>= 3.39) and PostgreSQL; parameters are written `:name`.

An import tells first of each row a digest of what it says (BROUGHT); what differs from what is known (DIFFER) is all
that is sent and written (bench/README.md: what that saves).
"""

from backroom.catalogue.model import BroughtRow, ProductRow, StockRow

PRODUCT = ", ".join(ProductRow._fields)
_DELTAS = ("stock", "price_units", "stock_at", "digest")
_PLAIN = [name for name in ProductRow._fields if name not in ("sku", *_DELTAS)]
"""What an import alone says; stock and price deltas say too."""

STAGED = (
    "CREATE TEMPORARY TABLE IF NOT EXISTS staged (sku TEXT PRIMARY KEY, title TEXT, url TEXT, description TEXT, "
    "price_units BIGINT, currency TEXT, stock BIGINT, stock_at TEXT, brand TEXT, category TEXT, gtin TEXT, "
    "images TEXT, attributes TEXT, digest BIGINT)"
)
STAGED_STOCK = (
    "CREATE TEMPORARY TABLE IF NOT EXISTS staged_stock "
    "(sku TEXT PRIMARY KEY, stock BIGINT, price_units BIGINT, currency TEXT, at TEXT)"
)
BROUGHT = "CREATE TEMPORARY TABLE IF NOT EXISTS brought (place BIGINT, sku TEXT PRIMARY KEY, digest BIGINT)"
STAGING = {"staged": STAGED, "staged_stock": STAGED_STOCK, "brought": BROUGHT}
COLUMNS = {
    "staged": PRODUCT,
    "staged_stock": ", ".join(StockRow._fields),
    "brought": ", ".join(BroughtRow._fields),
}

FORGET_DIFFERENCE = "DROP TABLE IF EXISTS differing"
DIFFER = (
    "CREATE TEMPORARY TABLE differing AS SELECT b.place, p.sku FROM brought b FULL JOIN "
    "(SELECT sku, digest FROM products WHERE tenant = :tenant) p ON p.sku = b.sku "
    "WHERE b.sku IS NULL OR b.digest IS NULL OR p.digest IS NULL OR p.digest <> b.digest"
)
"""Without a place: what the import does not bring; without a SKU: what is new."""
COUNT_DIFFERENCE = (
    "SELECT (SELECT count(*) FROM brought), count(*) - count(sku), count(*) - count(place), count(*) FROM differing"
)
PLACES = "SELECT place FROM differing WHERE place IS NOT NULL ORDER BY place"
REMOVE_GONE = "DELETE FROM products WHERE tenant = :tenant AND sku IN (SELECT sku FROM differing WHERE place IS NULL)"

COUNT_STAGED = "SELECT count(*) FROM staged"
COUNT_KNOWN = "SELECT count(*) FROM staged s JOIN products p ON p.tenant = :tenant AND p.sku = s.sku"
_KEPT_STOCK = "products.stock_at > excluded.stock_at"
_KEPT_PRICE = "products.price_at > excluded.price_at AND products.currency = excluded.currency"
_SET = ", ".join(
    [
        *(f"{name} = excluded.{name}" for name in (*_PLAIN, "updated_at")),
        *(
            f"{name} = CASE WHEN {kept} THEN products.{name} ELSE excluded.{name} END"
            for kept, names in ((_KEPT_STOCK, ("stock", "stock_at")), (_KEPT_PRICE, ("price_units", "price_at")))
            for name in names
        ),
        f"digest = CASE WHEN {_KEPT_STOCK} OR {_KEPT_PRICE} THEN NULL ELSE excluded.digest END",
    ]
)
_DIFFERS = " OR ".join(
    [
        *(f"products.{name} <> excluded.{name}" for name in _PLAIN),
        f"(NOT ({_KEPT_STOCK}) AND products.stock IS DISTINCT FROM excluded.stock)",
        f"(NOT ({_KEPT_PRICE}) AND products.price_units IS DISTINCT FROM excluded.price_units)",
    ]
)
WRITE_STAGED = (
    f"INSERT INTO products (tenant, {PRODUCT}, price_at, updated_at) SELECT :tenant, {PRODUCT}, stock_at, :now "
    f"FROM staged WHERE true ON CONFLICT (tenant, sku) DO UPDATE SET {_SET} WHERE {_DIFFERS}"
)
# What turned out to be the same without its digest having said so.
NOTE_DIGESTS = (
    "UPDATE products AS p SET digest = s.digest FROM staged s WHERE p.tenant = :tenant AND p.sku = s.sku "
    "AND p.digest IS DISTINCT FROM s.digest AND p.stock_at <= s.stock_at AND p.price_at <= s.stock_at"
)
_OTHER_CURRENCY = "s.price_units IS NOT NULL AND s.currency <> '' AND p.currency <> '' AND s.currency <> p.currency"
REFUSED_STOCK = (
    "SELECT s.sku, p.sku IS NULL FROM staged_stock s LEFT JOIN products p ON p.tenant = :tenant AND p.sku = s.sku "
    f"WHERE p.sku IS NULL OR ({_OTHER_CURRENCY}) ORDER BY s.sku"
)
"""SKUs, and whether the catalogue does not have them; else their price is in another currency."""
DROP_OTHER_CURRENCY = (
    "DELETE FROM staged_stock WHERE sku IN (SELECT s.sku FROM staged_stock s JOIN products p ON p.tenant = :tenant AND "
    f"p.sku = s.sku WHERE {_OTHER_CURRENCY})"
)
_FOUND = (
    "p.tenant = :tenant AND p.sku = s.sku AND s.at > coalesce((SELECT v.imported_at FROM "
    "catalogue_versions v WHERE v.tenant = :tenant), '')"
)
_NEW_STOCK, _NEW_PRICE = (
    f"(s.{name} IS NOT NULL AND s.at > p.{at})" for name, at in (("stock", "stock_at"), ("price_units", "price_at"))
)
_SAYS_NEW = (
    f"({_NEW_STOCK} AND s.stock IS DISTINCT FROM p.stock) OR "
    f"({_NEW_PRICE} AND s.price_units IS DISTINCT FROM p.price_units)"
)
COUNT_NEW_STOCK = f"SELECT count(*) FROM staged_stock s JOIN products p ON {_FOUND} WHERE {_SAYS_NEW}"
# What says nothing new is written all the same: its time keeps what is older and comes later from being taken.
WRITE_STOCK = (
    "UPDATE products AS p SET "
    + ", ".join(
        f"{name} = CASE WHEN {new} THEN s.{source} ELSE p.{name} END"
        for new, names in (
            (_NEW_STOCK, (("stock", "stock"), ("stock_at", "at"))),
            (_NEW_PRICE, (("price_units", "price_units"), ("price_at", "at"))),
        )
        for name, source in names
    )
    + f", digest = NULL, updated_at = CASE WHEN {_SAYS_NEW} THEN :now ELSE p.updated_at END "
    f"FROM staged_stock s WHERE {_FOUND} AND ({_NEW_STOCK} OR {_NEW_PRICE})"
)
CHANGED = (
    "INSERT INTO catalogue_versions (tenant, version, imported_at) VALUES (:tenant, 1, '') "
    "ON CONFLICT (tenant) DO UPDATE SET version = catalogue_versions.version + 1"
)
IMPORTED = (
    "INSERT INTO catalogue_versions (tenant, version, imported_at) VALUES (:tenant, 1, :stock_at) ON CONFLICT (tenant) "
    "DO UPDATE SET imported_at = excluded.imported_at WHERE catalogue_versions.imported_at < excluded.imported_at"
)
VERSION = "SELECT version FROM catalogue_versions WHERE tenant = :tenant"
COUNT = "SELECT count(*) FROM products WHERE tenant = :tenant"
PRODUCTS = (
    f"SELECT {PRODUCT}, updated_at FROM products WHERE tenant = :tenant AND sku > :after ORDER BY sku LIMIT :most"
)
SHOWN = (
    "SELECT url, updated_at, images, sku FROM products WHERE tenant = :tenant AND sku > :after ORDER BY sku LIMIT :most"
)
OFFERED = (
    "SELECT title, brand, category, price_units, currency, stock, updated_at, sku FROM products "
    "WHERE tenant = :tenant AND sku > :after ORDER BY sku LIMIT :most"
)
PAGES = (
    "SELECT path, locale, title, updated_at, noindex, alternates, images FROM pages WHERE tenant = :tenant "
    "ORDER BY path, locale"
)
WRITE_PAGE = (
    "INSERT INTO pages (tenant, path, locale, title, updated_at, noindex, alternates, images) VALUES "
    "(:tenant, :path, :locale, :title, :updated_at, :noindex, :alternates, :images) ON CONFLICT (tenant, path, locale) "
    "DO UPDATE SET title = excluded.title, updated_at = excluded.updated_at, noindex = excluded.noindex, "
    "alternates = excluded.alternates, images = excluded.images"
)
