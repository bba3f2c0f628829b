"""What a tenant wants: widths, format and quality, out of the portion's parameters."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from backroom.worker import BadParams

MOST_WIDTHS = 16
WIDEST = 10_000


class Format(StrEnum):
    """Formats that can be written."""

    JPEG = "jpeg"
    WEBP = "webp"
    AVIF = "avif"
    PNG = "png"

    @property
    def extension(self) -> str:
        """Of the key, without the dot."""
        return "jpg" if self is Format.JPEG else self.value

    @property
    def content_type(self) -> str:
        """Media type."""
        return f"image/{self.value}"

    @property
    def default_quality(self) -> int:
        """About the same likeness in every format, as measured by SSIM (bench/README.md). PNG has none."""
        return {Format.JPEG: 80, Format.WEBP: 80, Format.AVIF: 60, Format.PNG: 100}[self]


@dataclass(frozen=True, slots=True)
class Params:
    """Parameters of image_resize."""

    widths: tuple[int, ...] = (1600, 800, 400)
    """Pixels, largest first, each once."""
    format: Format = Format.JPEG
    quality: int = 80
    """1 to 100."""


def parse_params(params: Mapping[str, object]) -> Params:
    """Widths, format and quality of the portion's `params`; what is not there takes its default. Raises BadParams."""
    form = _format(params.get("format", Format.JPEG))
    return Params(
        widths=_widths(params.get("widths", list(Params().widths))),
        format=form,
        quality=_whole("quality", params.get("quality", form.default_quality), 100),
    )


def _widths(value: object) -> tuple[int, ...]:
    if not isinstance(value, list) or not 1 <= len(value) <= MOST_WIDTHS:
        raise BadParams(f"widths is {value!r}: it has to be a list of 1 to {MOST_WIDTHS} widths in pixels")
    return tuple(sorted({_whole("a width", width, WIDEST) for width in value}, reverse=True))


def _format(value: object) -> Format:
    try:
        return Format(str(value))
    except ValueError as error:
        raise BadParams(f"format is {value!r}: it has to be one of {', '.join(Format)}") from error


def _whole(name: str, value: object, most: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= most:
        raise BadParams(f"{name} is {value!r}: it has to be a whole number from 1 to {most}")
    return value
