"""What S3 and STS say in XML."""

import re


def text_of(answer: str, tag: str) -> str:
    """The text of the first element of that name; a whole XML parser would cost more than the request."""
    found = re.search(rf"<{tag}>([^<]*)</{tag}>", answer)
    return found[1] if found else ""
