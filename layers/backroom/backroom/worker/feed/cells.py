"""Cells that a spreadsheet opens without doing anything."""

import re

LIVE = r"^([=+\-@\t\r])"
"""How cells begin that spreadsheets take for formulas (OWASP, CSV Injection)."""
MARK = b"\xef\xbb\xbf"
"""By which Excel knows UTF-8."""
_LIVE = re.compile(LIVE)


def safe_cell(text: str) -> str:
    """Put an apostrophe before what a spreadsheet would take for a formula: it is shown, and does nothing."""
    return f"'{text}" if _LIVE.match(text) else text
