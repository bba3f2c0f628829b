"""Making every image sRGB, 8 bits a channel, in a mode that can be resized and written: L, RGB or RGBA."""

import io
from functools import lru_cache

from PIL import Image, ImageCms

_SRGB = ImageCms.createProfile("sRGB")
_PROFILE_MODES = {"RGB ": ("RGB", "RGBA"), "GRAY": ("L",), "CMYK": ("CMYK",)}


def plain(image: Image.Image) -> Image.Image:
    """The image without palettes, bit depths and alpha variants: L, RGB, RGBA or CMYK, in its own colour space."""
    if image.mode in ("L", "RGB", "RGBA", "CMYK") and "transparency" not in image.info:
        return image
    if image.mode.startswith("I"):
        return _eight_bits(image)
    if image.mode in ("LA", "La", "PA", "RGBa") or "transparency" in image.info:
        return image.convert("RGBA")
    return image.convert("L" if image.mode in ("1", "F") else "RGB")


def to_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """An image out of `plain` as sRGB, by its ICC profile if one fits; CMYK without one as browsers do it."""
    name = _description(profile) if profile else ""
    if profile and name and not name.startswith("sRGB"):
        converted = _by_profile(image, profile)
        if converted:
            return converted
    return image.convert("RGB") if image.mode == "CMYK" else image


def on_white(image: Image.Image) -> Image.Image:
    """The image without its alpha channel, as it looks on white paper."""
    if image.mode != "RGBA":
        return image
    paper = Image.new("RGB", image.size, "white")
    paper.paste(image, mask=image.getchannel("A"))
    return paper


def _eight_bits(image: Image.Image) -> Image.Image:
    """16 bits of grey as 8, rounded; Pillow's own conversion would clip everything above 255 to white."""
    return image.convert("I").point(_eighths(), "L")


@lru_cache(maxsize=1)
def _eighths() -> list[int]:
    return [round(value / 257) for value in range(65_536)]


def _by_profile(image: Image.Image, profile: bytes) -> Image.Image | None:
    """The image by its profile, or None when the profile is broken or is one of another colour space."""
    alpha = image.getchannel("A") if image.mode == "RGBA" else None
    flat = image.convert("RGB") if alpha else image
    transform = _transform(profile, flat.mode)
    if transform is None:
        return None
    converted = ImageCms.applyTransform(flat, transform)
    if converted is None:
        return None
    if alpha:
        converted.putalpha(alpha)
    return converted


@lru_cache(maxsize=64)
def _transform(profile: bytes, mode: str) -> ImageCms.ImageCmsTransform | None:
    """Relative colorimetric with black point compensation, as is usual for photographs. Threads may share it."""
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if mode not in _PROFILE_MODES.get(source.profile.xcolor_space, ()):
            return None
        return ImageCms.buildTransform(
            source, _SRGB, mode, "RGB", ImageCms.Intent.RELATIVE_COLORIMETRIC, ImageCms.Flags.BLACKPOINTCOMPENSATION
        )
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return None


@lru_cache(maxsize=64)
def _description(profile: bytes) -> str:
    """What the profile calls itself; empty when it is broken."""
    try:
        opened = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        return str(opened.profile.profile_description or "unnamed")
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return ""
