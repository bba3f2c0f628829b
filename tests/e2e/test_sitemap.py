"""sitemap on a twin with enforced policies: three sitemaps, nothing done twice, no tenant in another's way."""

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from backroom_local.settings import TwinSettings
from backroom_local.testing import Twin

from tests.e2e.command_line import ROOT, CommandLine, clean_environment
from tests.unit.sitemap.reading import index_locations, languages_of, pages_of

PLACES = {
    "bergblick": ("backroom-bergblick", "", "https://www.bergblick.example/"),
    "kontor": ("backroom-kontor", "shop/", "https://kontor.example/"),
    "solo": ("backroom-solo", "", "https://solo.example/"),
}


@dataclass(frozen=True)
class Crawler:
    """Reads a tenant's sitemaps where its host serves them: from its bucket."""

    s3: Any

    def get(self, tenant: str, name: str) -> bytes:
        bucket, prefix, _ = PLACES[tenant]
        body: bytes = self.s3.get_object(Bucket=bucket, Key=f"{prefix}{name}")["Body"].read()
        return body

    def files(self, tenant: str) -> list[str]:
        """Give the names of the files that the index names."""
        locations = index_locations(self.get(tenant, "sitemap.xml"))
        assert all(location.startswith(PLACES[tenant][2]) for location in locations)
        return [location.removeprefix(PLACES[tenant][2]) for location in locations]

    def bodies(self, tenant: str) -> list[bytes]:
        return [gzip.decompress(self.get(tenant, name)) for name in self.files(tenant)]

    def paths(self, tenant: str) -> list[str]:
        """Give all pages that a crawler finds, without the host."""
        found = [page["loc"] for body in self.bodies(tenant) for page in pages_of(body)]
        assert all(loc.startswith(PLACES[tenant][2]) for loc in found)
        return sorted(loc.removeprefix(PLACES[tenant][2]) for loc in found)

    def there(self, tenant: str) -> set[str]:
        """Give the names of all sitemap files that lie in the bucket."""
        bucket, prefix, _ = PLACES[tenant]
        listed = self.s3.list_objects_v2(Bucket=bucket, Prefix=f"{prefix}sitemaps/")["Contents"]
        return {entry["Key"].removeprefix(prefix) for entry in listed if entry["Key"].endswith(".gz")}


@pytest.fixture(scope="module")
def twin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Twin]:
    settings = TwinSettings(ROOT / "template.yaml", tmp_path_factory.mktemp("sitemap"), enforce_iam=True)
    with Twin.started(settings) as running:
        yield running


@pytest.fixture(scope="module")
def backroom(twin: Twin) -> CommandLine:
    return CommandLine(clean_environment(BACKROOM_STATE_DIR=str(twin.settings.state_dir)))


@pytest.fixture(scope="module")
def crawler(twin: Twin) -> Crawler:
    return Crawler(twin.client("s3"))


@pytest.fixture(scope="module")
def demo(backroom: CommandLine) -> str:
    done = backroom("demo", "sitemap")
    assert done.returncode == 0, done.stderr + done.stdout
    assert "Loaded 3 tenants with 5 files: 5 new, 0 there already." in done.stderr
    return done.stdout


def run(twin: Twin, **given: Any) -> dict[str, Any]:
    """Run the job to its end."""
    return twin.run(twin.outputs["RunJobArn"], {"job": "sitemap", **given})


def denied(twin: Twin) -> list[Any]:
    return [call for found in twin.access().values() for call in found["calls"] if call["denied"]]


def test_each_tenant_has_a_sitemap_of_its_own_host_and_is_told_what_is_left_out(
    demo: str, crawler: Crawler, twin: Twin
) -> None:
    assert crawler.paths("solo") == [
        "",
        "pieces/bowl-celadon",
        "pieces/cups",
        "pieces/tile-dandelion",
        "pieces/vase-ash",
    ]
    bergblick = crawler.paths("bergblick")
    assert {"laden/l%C3%A4rchenhonig", "laden/gutschein?art=zimmer&naechte=2", "fr/chambres"} <= set(bergblick)
    assert not {"konto", "reservation/danke"} & set(bergblick), "one is for no crawler by robots.txt, one by itself"
    assert bergblick.count("laden/nusstorte") == 1
    languages = next(found for body in crawler.bodies("bergblick") for found in languages_of(body) if found)
    assert set(languages) == {"de", "fr", "it", "x-default"}
    assert len(crawler.paths("kontor")) == 23
    lines = [line.split(None, 2) for line in demo.splitlines()]
    assert ["bergblick", "18", "1 duplicate, 1 no url, 1 noindex, 1 robots"] in [
        list(map(str.strip, line)) for line in lines
    ]
    assert denied(twin) == []


def test_results_lie_where_it_says(demo: str, twin: Twin, crawler: Crawler) -> None:
    folder = twin.settings.state_dir / "demo"
    assert f"12 results in {folder}/TENANT/sitemap.xml and sitemaps/" in demo
    for tenant in PLACES:
        assert (folder / tenant / "sitemap.xml").read_bytes() == crawler.get(tenant, "sitemap.xml")


def test_what_has_not_changed_is_not_planned_again(demo: str, backroom: CommandLine) -> None:
    done = backroom("demo", "sitemap")
    assert done.returncode == 0, done.stderr + done.stdout
    assert "nothing to do: 3 items unchanged" in done.stdout
    jobs = {job["job"] for job in backroom.json("jobs")}
    assert "sitemap" in jobs
    assert "sitemap-index" not in jobs, "a stage is no job"


def test_slices_give_the_same_pages_and_the_set_before_the_last_is_removed(
    demo: str, twin: Twin, crawler: Crawler
) -> None:
    first, pages = set(crawler.files("kontor")), crawler.paths("kontor")
    assert run(twin, tenants=["kontor"], params={"slices": 3})["status"] == "SUCCEEDED"
    second = set(crawler.files("kontor"))
    assert len(second) == 3
    assert crawler.paths("kontor") == pages
    assert crawler.there("kontor") == first | second
    assert run(twin, tenants=["kontor"], params={"slices": 2})["status"] == "SUCCEEDED"
    third = set(crawler.files("kontor"))
    assert crawler.paths("kontor") == pages
    assert crawler.there("kontor") == second | third
    assert denied(twin) == []


def test_a_catalogue_that_cannot_be_read_keeps_no_other_tenant_from_its_sitemap(
    demo: str, twin: Twin, crawler: Crawler, backroom: CommandLine
) -> None:
    before = crawler.get("bergblick", "sitemap.xml")
    crawler.s3.put_object(Bucket="backroom-bergblick", Key="catalogue.sqlite", Body=b"no database" * 100)
    crawler.s3.put_object(Bucket="backroom-solo", Key="robots.txt", Body=b"User-agent: *\nDisallow: /pieces/cups\n")
    ended = run(twin, tenants=["bergblick", "solo"])
    assert ended["status"] == "FAILED"
    assert "DatabaseError" in json.dumps(ended["cause"])
    assert "pieces/cups" not in crawler.paths("solo")
    assert crawler.get("bergblick", "sitemap.xml") == before, "an old sitemap is better than none"
    newest = backroom.json("runs")[0]
    outcomes = {(portion["tenant"], portion["outcome"]) for portion in backroom.json("portions", newest["run"])}
    assert ("solo", "failed") not in outcomes
    assert ("bergblick", "failed") in outcomes
    ledger = run(twin, tenants=["solo"])
    assert "nothing to do" in json.dumps(ledger["output"])
