"""Brings a feed of text into UTF-8, whatever it was written in."""

import codecs
from pathlib import Path

_CHUNK = 1 << 20
_SAMPLE = 1 << 18
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_WESTERN = "cp1252"
"""What is neither UTF nor anything else that can be told, Excel has written in western Europe."""


def as_utf8(path: Path, folder: Path) -> Path:
    """Give a file of the same text in UTF-8 without a byte order mark."""
    with path.open("rb") as file:
        sample = file.read(_SAMPLE)
    marked = next((name for mark, name in _MARKS if sample.startswith(mark)), None)
    if marked is None and _is_utf8(path):
        return path
    encoding = marked or _guessed(sample)
    target = folder / "utf-8"
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    with path.open("rb") as source, target.open("wb") as file:
        while chunk := source.read(_CHUNK):
            file.write(decoder.decode(chunk).encode())
        file.write(decoder.decode(b"", final=True).encode())
    return target


def _is_utf8(path: Path) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _guessed(sample: bytes) -> str:
    # Imported here: most feeds are UTF-8.
    from charset_normalizer import from_bytes

    found = from_bytes(sample).best()
    # latin_1 has control characters where cp1252 has quotation marks and the euro.
    return _WESTERN if found is None or found.encoding in ("ascii", "latin_1") else found.encoding
