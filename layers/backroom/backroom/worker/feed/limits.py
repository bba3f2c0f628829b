"""How much of a feed is read."""

from dataclasses import dataclass

MB = 1_000_000


@dataclass(frozen=True, slots=True)
class FeedLimits:
    """Sizes in bytes. The defaults take 3,000,000 products of some 600 bytes."""

    size: int = 2_000 * MB
    """Unpacked."""
    sheet: int = 300 * MB
    """Of a workbook, unpacked: it has to be in memory."""
    row: int = 4 * MB
    columns: int = 1_000
    batch: int = 4 * MB
    """Text that is in memory at once, before it is taken apart."""
    depth: int = 20
    """Of XML and JSON."""
