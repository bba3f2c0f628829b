"""Cuts what a process writes into the lines that a log keeps."""

LONGEST_LINE = 256 * 1024 - 26
"""Bytes of an event of CloudWatch Logs; the awslogs driver cuts longer lines here."""


class LineCutter:
    """Takes bytes as they come and gives whole lines; undecodable bytes become U+FFFD."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, chunk: bytes) -> list[str]:
        """Give the lines that `chunk` completes."""
        *whole, rest = (self._rest + chunk).split(b"\n")
        while len(rest) > LONGEST_LINE:
            whole.append(rest[:LONGEST_LINE])
            rest = rest[LONGEST_LINE:]
        self._rest = rest
        return [text for line in whole for text in _events(line)]

    def finish(self) -> list[str]:
        """Give the last line if no newline ended it."""
        rest, self._rest = self._rest, b""
        return _events(rest) if rest else []


def _events(line: bytes) -> list[str]:
    line = line.removesuffix(b"\r")
    if len(line) <= LONGEST_LINE:
        return [line.decode(errors="replace")]
    starts = range(0, len(line), LONGEST_LINE)
    return [line[start : start + LONGEST_LINE].decode(errors="replace") for start in starts]
