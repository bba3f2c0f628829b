"""Smaller and smaller: a cascade in which every size is made from the next larger one, by a SIMD Lanczos filter."""

from collections.abc import Iterator

from cykooz_resizer import FilterType, ResizeAlg, ResizeOptions, Resizer
from PIL import Image

_OPTIONS = ResizeOptions(resize_alg=ResizeAlg.convolution(FilterType.lanczos3))


def height_for(size: tuple[int, int], width: int) -> int:
    """The height that keeps the shape of `size` at that width, at least 1."""
    return max(1, round(size[1] * width / size[0]))


def shrink(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    """The image (L, RGB, RGBA or CMYK) at another size; itself if it has that size."""
    if image.size == size:
        return image
    smaller = Image.new(image.mode, size, None)
    # A resizer holds buffers and is not for several threads; a new one costs microseconds.
    Resizer().resize_pil(image, smaller, _OPTIONS)
    return smaller


def cascade(
    image: Image.Image, original: tuple[int, int], widths: tuple[int, ...]
) -> Iterator[tuple[int, Image.Image]]:
    """Each of the widths (descending) with its image. None is wider than `original`, the size at full scale."""
    for width in widths:
        wanted = min(width, original[0], image.size[0])
        image = shrink(image, (wanted, height_for(original, wanted)))
        yield width, image
