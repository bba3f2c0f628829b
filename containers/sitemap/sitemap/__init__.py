"""sitemap: the sitemaps of a tenant's shop, from its catalogue (https://www.sitemaps.org/protocol.html)."""
