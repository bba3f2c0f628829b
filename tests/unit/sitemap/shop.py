"""A shop in memory: its bucket, its catalogue, and the job on it, which can be killed around any of its requests."""

import gzip
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar, cast
from xml.etree import ElementTree

import obstore
from backroom.catalogue.bucket_file import FILE
from backroom.catalogue.model import ProductRow
from backroom.catalogue.sqlite import SqliteCatalogue
from backroom.layout import RunLayout
from backroom.worker.bucket import Bucket
from backroom.worker.handover import Handovers
from backroom.worker.log import Log
from backroom.worker.outputs import Outputs, token
from backroom.worker.patience import Patience
from backroom.worker.portion import Item, Portion
from backroom.worker.work import Work
from obstore.store import MemoryStore
from sitemap.publishing import FOLDER, INDEX
from sitemap.stages import write_files, write_index

from tests.integration.catalogue.rows import chunk
from tests.unit.sitemap.test_files import SITEMAP

T = TypeVar("T")
PREFIX, HOST = "shop/", "shop.example.com"


class Killed(BaseException):
    """The container is gone."""


@dataclass
class Mortal:
    """Stands where the patience of a container does: each request has a moment before it and one after it."""

    moments: float = float("inf")
    """How many of these the container lives to see."""
    seen: int = 0

    def call(self, _what: str, request: Callable[[], T]) -> T:
        self.pass_moment()
        answer = request()
        self.pass_moment()
        return answer

    def pass_moment(self) -> None:
        if self.seen >= self.moments:
            raise Killed
        self.seen += 1


@dataclass
class Shop:
    """A tenant whose sitemaps are made."""

    folder: Path
    """For its catalogue."""
    tenant: MemoryStore = field(default_factory=MemoryStore)
    runs: MemoryStore = field(default_factory=MemoryStore)
    params: dict[str, str] = field(default_factory=lambda: {"host": HOST})

    def stock(self, rows: Sequence[ProductRow], changed: datetime = datetime(2026, 11, 27, tzinfo=UTC)) -> None:
        """Import these products, and put the catalogue into the bucket."""
        catalogue = SqliteCatalogue("shop", self.folder / FILE)
        with catalogue.importing() as importing:
            importing.compare(chunk(*((place, row.sku, None) for place, row in enumerate(rows))))
            importing.merge(chunk(*rows), changed)
            importing.finish("2026-11-27T00:00:00.000000Z")
        self.put(FILE, catalogue.path.read_bytes())

    def put(self, name: str, body: bytes) -> None:
        """Put an object there, by hand."""
        obstore.put(self.tenant, f"{PREFIX}{name}", body)

    def make(self, day: int, slices: int = 1, mortal: Mortal | None = None, attempt: int = 1) -> None:
        """Do a run of that day; several attempts may go on with one."""
        around = mortal or Mortal()
        for number in range(slices):
            item = Item(0, f"slice-{number + 1}-of-{slices}", "v", 1)
            work = self._work(self._portion(number, (item,)), day, attempt, around)
            write_files(work.portion, work)
            assert not work.progress.tally().failures
        combining = replace(self._portion(slices, ()), only="index", parts=tuple(range(slices)))
        write_index(combining, self._work(combining, day, attempt, around))

    def _portion(self, number: int, items: tuple[Item, ...]) -> Portion:
        return Portion(number, "shop", "b", PREFIX, self.params, "0" * 12, items, 1.0, "0" * 12)

    def _work(self, portion: Portion, day: int, attempt: int, mortal: Mortal) -> Work:
        layout = RunLayout("sitemap", f"sitemap-204711{day:02}T040000Z-0001", "files")
        tenant, runs = (Bucket("b", cast("Any", s), cast("Patience", mortal)) for s in (self.tenant, self.runs))
        outputs = Outputs(tenant, token(layout.run, 1, attempt), portion.fingerprint, "files")
        handovers = Handovers(replace(outputs, bucket=runs), layout, portion)
        log = Log(lambda _: None, lambda: 0.0)
        return Work(portion, tenant, outputs, handovers, log, threading.Event(), 0.0)

    def get(self, name: str) -> bytes:
        """Read an object."""
        return bytes(obstore.get(self.tenant, f"{PREFIX}{name}").bytes())

    def files(self) -> dict[str, datetime]:
        """Give all sitemap files that are there, and when each was written."""
        found = [entry for page in obstore.list(self.tenant, f"{PREFIX}{FOLDER}") for entry in page]
        return {e["path"].removeprefix(PREFIX): e["last_modified"] for e in found if e["path"].endswith(".gz")}

    def named(self) -> list[str]:
        """Give the files that the index names."""
        root = f"https://{HOST}/"
        locs = [loc.text or "" for loc in ElementTree.fromstring(self.get(INDEX)).iter(f"{SITEMAP}loc")]  # noqa: S314
        assert all(loc.startswith(root) for loc in locs)
        return [loc.removeprefix(root) for loc in locs]

    def crawl(self) -> list[str]:
        """Read all URLs, as a crawler does: the index, then each file that it names, all of which must be there."""
        bodies = [gzip.decompress(self.get(name)) for name in self.named()]
        return sorted(
            url.findtext(f"{SITEMAP}loc", "").removeprefix(f"https://{HOST}")
            for body in bodies
            for url in ElementTree.fromstring(body)  # noqa: S314
        )
