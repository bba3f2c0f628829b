"""Outputs under their final keys, written once: created, left alone, or replaced by a later token only.

An output carries who wrote it and from what as S3 metadata (docs/architecture.md, Output). What may become of one that
is there already is the rule `Effect` of formal/run_protocol.tla.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from backroom.worker.bucket import Bucket
from backroom.worker.endings import Superseded
from backroom.worker.portion import Item

TOKEN, SOURCE = "backroom-token", "backroom-source"
_STARTED = re.compile(r"-(\d{8}T\d{6}Z)-[0-9a-f]{4}$")


@dataclass(frozen=True, slots=True, order=True)
class Token:
    """Who writes. A later run is greater, within a run a later wave, within a wave a later attempt."""

    started: str
    """When the run started, as its id says."""
    run: str
    wave: int
    attempt: int

    def __str__(self) -> str:
        return f"{self.run}/{self.wave}/{self.attempt}"


def token(run: str, wave: int, attempt: int) -> Token:
    """The token of an attempt. A run whose id does not say when it started is earlier than all that do."""
    started = _STARTED.search(run)
    return Token(started[1] if started else "", run, wave, attempt)


def parse_token(text: str) -> Token | None:
    """The token of its text; None if it is none."""
    found = re.fullmatch(r"([^/]+)/(\d{1,9})/(\d{1,9})", text, flags=re.ASCII)
    return token(found[1], int(found[2]), int(found[3])) if found else None


@dataclass(frozen=True, slots=True)
class Stamp:
    """What an output says of itself."""

    token: Token | None
    """None: it was not written by a job, or not by this rule."""
    source: str


def read_stamp(metadata: Mapping[str, str]) -> Stamp:
    """The stamp in an object's metadata."""
    return Stamp(parse_token(metadata.get(TOKEN, "")), metadata.get(SOURCE, ""))


class Verdict(StrEnum):
    """What becomes of an output that is there already."""

    STANDS = "stands"
    REPLACE = "replace"
    SUPERSEDED = "superseded"


def judge(there: Stamp, mine: Token, source: str) -> Verdict:
    """An own source's output of this run or a later one stands; otherwise the later token wins.

    The same source from an earlier run is put anew, so that no attempt of a run between the two can replace it.
    """
    if there.token is None:
        return Verdict.REPLACE
    if there.source == source and (there.token.started, there.token.run) >= (mine.started, mine.run):
        return Verdict.STANDS
    return Verdict.SUPERSEDED if there.token > mine else Verdict.REPLACE


@dataclass(frozen=True, slots=True)
class Outputs:
    """The one way in which a job writes."""

    bucket: Bucket
    token: Token
    fingerprint: str
    """Of the parameters."""
    stage: str = ""

    def put(
        self,
        item: Item | None,
        key: str,
        body: bytes,
        content_type: str,
        cache_control: str | None = None,
        metadata: Mapping[str, str] | None = None,
    ) -> bool:
        """Write an output of an item, or of the portion as a whole; False if it is there already.

        One request if the key is new. Raises Superseded when a later attempt or run has written it, and what Bucket
        raises.
        """
        source = _digest(body) if item is None else self.source(item)
        attributes = {**(metadata or {}), "Content-Type": content_type, TOKEN: str(self.token), SOURCE: source}
        if cache_control:
            attributes["Cache-Control"] = cache_control
        etag: str | None = None
        while not self.bucket.put_if(key, body, attributes, etag):
            there = self.bucket.head(key)
            if there and not self._replaces(key, read_stamp(there.metadata), source):
                return False
            etag = there.etag if there else None
        return True

    def _replaces(self, key: str, there: Stamp, source: str) -> bool:
        verdict = judge(there, self.token, source)
        if verdict is Verdict.SUPERSEDED:
            raise Superseded(f"s3://{self.bucket.name}/{key} was written by {there.token}: {self.token} gives way")
        return verdict is Verdict.REPLACE

    def source(self, item: Item) -> str:
        """12 hex digits over what the output is made from: the item's version, the parameters, a chain's stage."""
        made_from = [item.id, item.version, self.fingerprint] + ([self.stage] if self.stage else [])
        return _digest("\n".join(made_from).encode())


def _digest(made_from: bytes) -> str:
    return hashlib.sha256(made_from).hexdigest()[:12]
