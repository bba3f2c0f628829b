"""The template with more jobs: what somebody who adds a job does to template.yaml, done to its text."""

import re
from collections.abc import Mapping

_ROW = re.compile(r"    ImageResize:\n(?:      .*\n)+")
_IMAGE = re.compile(r"  ImageResizeImage:\n(?:    .*\n)+")
_LOOP = re.compile(r"\[ImageResize((?:, \w+)*)\]")


def with_job(template: str, key: str, name: str, changes: Mapping[str, str] | None = None) -> str:
    """Give the template's text with image_resize's row once more, as the job `name`, with `changes` of its fields."""
    row, image, loop = _ROW.search(template), _IMAGE.search(template), _LOOP.search(template)
    if row is None or image is None or loop is None:
        raise ValueError("template.yaml no longer has the row, the image parameter or the loop of image_resize")
    added = row[0].replace("ImageResize", key, 1)
    for field, value in {"Name": name, "Image": f"{key}Image", **(changes or {})}.items():
        added, count = re.subn(rf"(?m)^      {field}: .*$", f"      {field}: {value}", added)
        added += "" if count else f"      {field}: {value}\n"
    text = template.replace(row[0], row[0] + added, 1)
    text = text.replace(image[0], image[0] + image[0].replace("ImageResize", key, 1), 1)
    return _LOOP.sub(rf"[ImageResize\1, {key}]", text)


def with_stage(template: str, key: str, name: str, changes: Mapping[str, str]) -> str:
    """Give the template's text with a row of a further stage, `JOB-STAGE`, whose image is that of `changes`."""
    row = _ROW.search(template)
    if row is None:
        raise ValueError("template.yaml no longer has the row of image_resize")
    fields = {"Name": name, **changes}
    added = f"    {key}:\n" + "".join(f"      {field}: {value}\n" for field, value in fields.items())
    # Of the loops, that of the schedules comes last.
    return _LOOP.sub(rf"[ImageResize\1, {key}]", template.replace(row[0], row[0] + added, 1), count=2)
