"""Why an image cannot be resized. The class's name is what the user reads (worker.BadItem)."""

from backroom.worker import BadItem


class NotAnImage(BadItem):
    """The bytes are of no image format at all."""


class UnsupportedFormat(BadItem):
    """An image, but of a format that is not read here: its decoder is not trusted with strangers' bytes, or missing."""


class Truncated(BadItem):
    """The file ends before the image does."""


class Undecodable(BadItem):
    """The file calls itself an image but its decoder gives up on it."""


class TooManyPixels(BadItem):
    """Decoding it would take more memory than an image may."""


class TooManyBytes(BadItem):
    """The file is larger than an image may be."""
