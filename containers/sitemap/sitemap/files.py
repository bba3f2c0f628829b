"""Cuts entries into sitemap files, each within the protocol's limits, and compresses them."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from isal import isal_zlib

from sitemap.blocks import Block
from sitemap.rendering import CLOSE, OPEN

MOST_URLS = 50_000
MOST_BYTES = 50 * 1024 * 1024
"""Uncompressed, of one file: "no larger than 50MB (52,428,800 bytes)" (sitemaps.org)."""
_LEVEL = 2
"""Of isal's 0 to 3: 13 % larger files than zlib's 6 for a twelfth of its work."""
_GZIP = 31


@dataclass(frozen=True, slots=True)
class SitemapFile:
    """One file, compressed, and what tells whether it has changed."""

    urls: int
    size: int
    """Bytes before compression."""
    digest: str
    """SHA-256 of the body, hexadecimal: of the same entries it is the same as long as the compressor stays."""
    lastmod: str
    """The latest of its entries; "" if none has one."""
    body: bytes


def files(blocks: Iterable[Block], most_urls: int = MOST_URLS, most_bytes: int = MOST_BYTES) -> Iterator[SitemapFile]:
    """Yield what the blocks hold in files that are full but for less than a block; none for no blocks.

    In memory are one file, compressed, and one block. Raises ValueError for an entry that no file can hold.
    """
    file = _Growing()
    for whole in blocks:
        for block, body in _fitting(whole, most_urls, most_bytes):
            if file.urls and (file.urls + len(block) > most_urls or file.size + len(body) > most_bytes):
                yield file.finish()
                file = _Growing()
            file.add(block, body)
    if file.urls:
        yield file.finish()


class _Growing:
    def __init__(self) -> None:
        self.urls, self.lastmod, self.size = 0, "", len(OPEN) + len(CLOSE)
        self._compressor = isal_zlib.compressobj(_LEVEL, isal_zlib.DEFLATED, _GZIP)
        self._parts = [self._compressor.compress(OPEN)]

    def add(self, block: Block, body: bytes) -> None:
        self.urls += len(block)
        self.size += len(body)
        self.lastmod = max(self.lastmod, block.lastmod)
        self._parts.append(self._compressor.compress(body))

    def finish(self) -> SitemapFile:
        self._parts += [self._compressor.compress(CLOSE), self._compressor.flush()]
        body = b"".join(self._parts)
        return SitemapFile(self.urls, self.size, hashlib.sha256(body).hexdigest(), self.lastmod, body)


def _fitting(block: Block, most_urls: int, most_bytes: int) -> Iterator[tuple[Block, bytes]]:
    """Yield a block and its XML, in halves where it is more than a file may hold."""
    body = block.body()
    if len(block) <= most_urls and len(OPEN) + len(body) + len(CLOSE) <= most_bytes:
        yield block, body
    elif len(block) == 1:
        raise ValueError(f"{block} takes {len(body):,} bytes; a file has {most_bytes:,}: give it fewer images")
    else:
        for half in block.halves():
            yield from _fitting(half, most_urls, most_bytes)
