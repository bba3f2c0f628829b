"""The template with one more job: what somebody who adds a job does to template.yaml, done to its text."""

import re
from collections.abc import Mapping

_ROW = re.compile(r"    ImageResize:\n(?:      .*\n)+")
_IMAGE = re.compile(r"  ImageResizeImage:\n(?:    .*\n)+")
_LOOP = "[ImageResize]"


def with_job(template: str, key: str, name: str, changes: Mapping[str, str] | None = None) -> str:
    """Give the template's text with image_resize's row once more, as the job `name`, with `changes` of its fields."""
    row, image = _ROW.search(template), _IMAGE.search(template)
    if row is None or image is None or _LOOP not in template:
        raise ValueError("template.yaml no longer has the row, the image parameter or the loop of image_resize")
    added = _renamed(row[0], key).replace("Name: image_resize", f"Name: {name}")
    for field, value in (changes or {}).items():
        added, count = re.subn(rf"(?m)^      {field}: .*$", f"      {field}: {value}", added)
        if count != 1:
            raise ValueError(f"a row of the table of jobs has no {field}")
    text = template.replace(row[0], row[0] + added, 1).replace(image[0], image[0] + _renamed(image[0], key), 1)
    return text.replace(_LOOP, f"[ImageResize, {key}]", 1)


def _renamed(text: str, key: str) -> str:
    return text.replace("ImageResize", key, 1)
