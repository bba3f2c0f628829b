"""A function of a test's own."""

import os
from typing import Any


def handler(event: dict[str, Any], _context: Any) -> str:
    """Greet who is named."""
    return f"{os.environ['GREETING']}, {event['name']}"
