"""The stage `images`: what a feed references comes into the tenant's bucket, each image once, where it has changed."""

import hashlib
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from backroom.worker import Item, Portion, Skip, Work
from backroom.worker.declared import ItemLines, unpack_lines
from backroom.worker.endings import Stopped, TooManyFailures
from backroom.worker.web import Limits, Web
from imaging.kinds import recognise

from product_images.hosts import Hosts
from product_images.names import FEED, FOLDER, LIST, name_of
from product_images.params import parse_manners
from product_images.report import report_images
from product_images.sources import CHANGED, DIGEST, ETAG, OWN, Got, WebImages, from_bucket

THREADS = 16
"""Images in hand at once, of all hosts together: at 20 MB an image, which is put together of its pieces, 640 MB."""
_CACHE_CONTROL = "public, max-age=86400"
_LONGEST = 500
"""Characters of an ETag, or of a date, that are kept."""


def referenced(folder: Path, work: Work) -> Sequence[Item]:
    """Give the images of the feed: an item's id is its address, its row's fourth value the first product with it."""
    return unpack_lines(work.handed_over(FEED, LIST), folder / "images")


def fetch_images(portion: Portion, work: Work, web: Web) -> None:
    """Fetch them, and tell the merchant what came of each."""
    manners, wait = parse_manners(portion.params), partial(_wait, work)
    pictures = WebImages(web, Hosts(manners, wait), Limits(manners.bytes, manners.seconds), wait)
    try:
        work.each(lambda item: fetch_image(item, work, pictures), threads=THREADS)
    except TooManyFailures:
        _tell(work)
        raise
    _tell(work)


def fetch_image(item: Item, work: Work, pictures: WebImages) -> None:
    """Fetch one image. Raises Skip if it is what is there, and the reasons of sources and of imaging.kinds."""
    prefix = work.portion.prefix
    key = f"{prefix}{FOLDER}/{name_of(item.id)}"
    head = work.tenant.head(key)
    known = head.metadata if head else {}
    if item.id.casefold().startswith(OWN):
        got = from_bucket(work.tenant, prefix, item.id, known, pictures.limits.size)
    else:
        got = pictures.get(item.id, known)
    kind, digest = recognise(got.body), hashlib.sha256(got.body).hexdigest()[:32]
    kept = _metadata(got, digest)
    # The same bytes by another ETag are put again, so that the next run need not fetch them.
    if any(known.get(name) != value for name, value in kept.items()):
        work.put(item, key, got.body, kind.media_type, _CACHE_CONTROL, metadata=kept)
    if known.get(DIGEST) == digest:
        raise Skip("the image is what it was")


def _metadata(got: Got, digest: str) -> dict[str, str]:
    """Give what is kept beside an image. What S3 cannot keep as it is, is left out: then it is fetched each time."""
    said = {ETAG: got.etag, CHANGED: got.changed}
    plain = {name: text for name, text in said.items() if text and len(text) <= _LONGEST and text.isascii()}
    return {**{name: text for name, text in plain.items() if text.isprintable()}, DIGEST: digest}


def _tell(work: Work) -> None:
    if isinstance(work.portion.items, ItemLines):
        report_images(work, work.portion.items)


def _wait(work: Work, seconds: float) -> None:
    if work.stop.is_set() or (seconds > 0 and work.stop.wait(seconds)):
        raise Stopped("asked to stop while an image's host is left alone; the checkpoint has what is done")
