"""Where an image of a feed lies in the tenant's bucket: by its address alone, so that products may share it. Pure."""

import hashlib

FOLDER = "images/products"
"""Behind the tenant's prefix; without a slash at its end."""
FEED, LIST = "fetch", "images.ndjson.gz"
"""The stage that hands over which images there are, and under which name."""


def name_of(address: str) -> str:
    """Give `3f/3f9a...`: the first 32 hex digits of the address's SHA-256, in 256 folders."""
    digest = hashlib.sha256(address.encode()).hexdigest()[:32]
    return f"{digest[:2]}/{digest}"
