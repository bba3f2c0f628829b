"""Gets one image: from the web, or from the tenant's own bucket; unless it is what is there already."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from backroom.worker import Bucket, Skip
from backroom.worker.web import Limits, NotModified, TooLarge, Web, WebReason, parse_url

from product_images.hosts import Hosts
from product_images.reasons import MissingImage

OWN = "s3:"
"""How an address begins, in any case, that is a key in the tenant's bucket, behind its prefix."""
_TRIES = 3
_PAUSE = 1.0
"""Seconds before the second try, four times that before the third, give or take a half."""
ETAG, CHANGED, DIGEST = "backroom-etag", "backroom-changed", "backroom-digest"
"""What is kept beside an image, as S3 metadata: by the first two its server says whether it has changed since."""


@dataclass(frozen=True, slots=True)
class Got:
    """An image's bytes, and what its server says of this version ("": nothing)."""

    body: bytes
    etag: str
    changed: str


def from_bucket(bucket: Bucket, prefix: str, address: str, known: Mapping[str, str], largest: int) -> Got:
    """Read an object of the tenant's; raises Skip if it is as `known`, MissingImage, TooLarge, what Bucket raises."""
    key = f"{prefix}{address[len(OWN) :]}"
    head = bucket.head(key)
    if head is None:
        raise MissingImage(f"there is no s3://{bucket.name}/{key}: put the image there, or change the feed")
    if head.etag and head.etag == known.get(ETAG):
        raise Skip("the image is what it was")
    if head.size > largest:
        raise TooLarge(f"s3://{bucket.name}/{key} has {head.size:,} bytes; at most {largest:,} are read")
    body, etag = bucket.get_with_etag(key)
    return Got(body, etag or "", "")


@dataclass(frozen=True, slots=True)
class WebImages:
    """Images on the web, asked for politely."""

    web: Web
    hosts: Hosts
    limits: Limits
    wait: Callable[[float], object]

    def get(self, address: str, known: Mapping[str, str]) -> Got:
        """Read an image. Raises Skip if it is as `known`, WebReason, HostAsksForRest, HostGivenUp.

        What may pass is tried thrice.
        """
        host = parse_url(address, self.web.trusted).netloc
        for number in range(1, _TRIES):
            try:
                return self._asked(host, address, known)
            except WebReason as error:
                if not error.passing:
                    raise
            self.wait(_PAUSE * 4 ** (number - 1) * random.uniform(0.5, 1.5))  # noqa: S311 - jitter, no secret
        return self._asked(host, address, known)

    def _asked(self, host: str, address: str, known: Mapping[str, str]) -> Got:
        with self.hosts.turn(host):
            try:
                got = self._read(address, known)
            except NotModified as error:
                self.hosts.answered(host)
                raise Skip("the image is what it was") from error
            except WebReason as error:
                if error.passing:
                    self.hosts.stumbled(host, error)
                else:
                    self.hosts.answered(host)
                raise
        self.hosts.answered(host)
        return got

    def _read(self, address: str, known: Mapping[str, str]) -> Got:
        with self.web.get(address, self.limits, _conditions(known)) as answer:
            body = answer.read()
            return Got(body, answer.headers.get("etag", ""), answer.headers.get("last-modified", ""))


def _conditions(known: Mapping[str, str]) -> dict[str, str]:
    """Give the headers that ask only for another version than the known one (RFC 9110, 13.1)."""
    asked = {"If-None-Match": known.get(ETAG, ""), "If-Modified-Since": known.get(CHANGED, "")}
    return {name: value for name, value in asked.items() if value}
