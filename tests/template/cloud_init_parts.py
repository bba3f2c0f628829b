"""`python cloud_init_parts.py < USER_DATA`: the parts as cloud-init's own code takes them apart, as JSON.

cloudinit is on the path of this process alone: it is no package of an index, but lies in Debian's.
"""

import json
import sys
from typing import Any

from cloudinit import handlers, user_data  # type: ignore[import-not-found]
from cloudinit.helpers import Paths  # type: ignore[import-not-found]


def parts(blob: bytes) -> list[dict[str, str]]:
    """Give type, file name and text of each part that cloud-init would hand to a handler."""
    found: list[dict[str, str]] = []

    def note(_data: Any, filename: str, payload: Any, headers: dict[str, str]) -> None:
        text = payload.decode() if isinstance(payload, bytes) else payload
        found.append({"type": headers["Content-Type"], "name": filename, "text": text})

    handlers.walk(user_data.UserDataProcessor(Paths({})).process(blob), note, data=None)
    return found


if __name__ == "__main__":
    json.dump(parts(sys.stdin.buffer.read()), sys.stdout)
