"""The chain of product_import on the twin: a stage that fails is done again alone, and a run does what is new."""

import io
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler

import orjson
import pytest
from backroom.records import PortionRecord
from backroom.words import Cause, Outcome
from backroom_local.settings import TwinSettings
from backroom_local.testing import Twin
from PIL import Image

from tests.e2e.stage import ROOT, Ended, Stage
from tests.integration.web.servers import Server, answering, serving

pytestmark = pytest.mark.long

PHOTOS = ROOT / "examples/tenants/kontor/images"
SMALL, OTHER, LARGE = "chelsea.png", "dahlia.jpg", "large.png"
ROW = "      Name: product_import-rescale\n      Image: ProductImagesImage\n"
TIGHT = 64
"""MiB: the large picture, of 24 Mpx, cannot be decoded in so little."""


def large() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (6000, 4000), (20, 90, 120)).save(file, "PNG", compress_level=1)
    return file.getvalue()


def feed(stage: Stage, tenant: str, *pictures: str) -> None:
    """Put a feed whose products have these pictures, and those of the bucket, into a tenant's bucket."""
    s3, bucket = stage.twin.client("s3"), f"backroom-{tenant}"
    places = [name if "//" in name else f"s3:photos/{name}" for name in pictures]
    rows = "".join(f"p{number},Lamp,1,{place}\n" for number, place in enumerate(places))
    s3.put_object(Bucket=bucket, Key="feed.csv", Body=f"sku,title,price,images\n{rows}".encode())
    for name in pictures:
        if "//" in name:
            continue
        body = large() if name == LARGE else (PHOTOS / name).read_bytes()
        s3.put_object(Bucket=bucket, Key=f"photos/{name}", Body=body)


@pytest.fixture(scope="module")
def web() -> Iterator[Server]:
    """A server of the operator's own."""
    body = (PHOTOS / OTHER).read_bytes()

    def lamp(handler: BaseHTTPRequestHandler) -> None:
        known = handler.headers.get("If-None-Match") == '"1"'
        (answering(304) if known else answering(200, body, ETag='"1"'))(handler)

    with serving({"/lamp.jpg": lamp, "/gone.jpg": answering(404)}) as server:
        yield server


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory, web: Server) -> Iterator[Stage]:
    folder = tmp_path_factory.mktemp("images")
    for name in ("layers", "functions", "statemachine", "containers", "samconfig.toml"):
        (folder / name).symlink_to(ROOT / name)
    text = (ROOT / "template.yaml").read_text()
    assert text.count(ROW) == 1
    found = text.index(ROW)
    begin = text.index('      MemoryMib: "2048"', found)
    tight = text[begin:].replace('MemoryMib: "2048"', f'MemoryMib: "{TIGHT}"', 1)
    (folder / "template.yaml").write_text(text[:begin] + tight)
    settings = TwinSettings(
        template=folder / "template.yaml",
        state_dir=folder / "state",
        parameters={"TrustedHosts": f"localhost:{web.port}"},
        keep=False,
        enforce_iam=True,
    )
    with Twin.started(settings) as twin:
        yield Stage(twin, folder / "template.yaml")


@pytest.fixture(scope="module")
def ended(stage: Stage, web: Server) -> Ended:
    params = {"feed": {"key": "feed.csv"}, "currency": "EUR", "sizes": {"widths": [400, 100]}}
    host = f"http://localhost:{web.port}"
    for tenant, photos in (("small", (SMALL, f"{host}/lamp.jpg", f"{host}/gone.jpg")), ("large", (LARGE, SMALL))):
        stage.tenant(tenant, params={"product_import": params})
        feed(stage, tenant, *photos)
    return stage.run("product_import", timeout=240)


def tried(ended: Ended, tenant: str) -> list[tuple[str, int, Cause]]:
    (record,) = [portion for portion in ended.portions if portion.tenant == tenant]
    return [(attempt.stage, attempt.wave, attempt.cause) for attempt in record.attempts]


def done(ended: Ended, tenant: str) -> dict[str, tuple[int, int]]:
    """Give how many items succeeded in each stage, and how many there was nothing to do for."""
    (record,) = [portion for portion in ended.portions if portion.tenant == tenant]
    assert isinstance(record, PortionRecord)
    return {name: (stage.items.succeeded, stage.items.skipped) for name, stage in record.stages.items()}


def test_a_rescale_that_fails_is_done_again_alone(stage: Stage, ended: Ended) -> None:
    assert ended.status == "SUCCEEDED", ended.cause
    first = [("fetch", 1, Cause.OK), ("images", 1, Cause.OK)]
    assert tried(ended, "small") == [*first, ("rescale", 1, Cause.OK)]
    large = tried(ended, "large")
    assert large[:3] == [*first, ("rescale", 1, Cause.OUT_OF_MEMORY)]
    assert {name for name, wave, _ in large if wave > 1} == {"rescale"}, "fetch and images are not run again"
    assert large[-1][2] is Cause.OK
    found = done(ended, "large")
    assert (found["fetch"], found["images"]) == ((1, 0), (2, 0))
    assert sum(found["rescale"]) == 2, "what the attempt that was killed had made need not be made again"


def test_each_tenant_has_its_images_and_their_sizes_and_is_told_of_them(stage: Stage, ended: Ended) -> None:
    s3 = stage.twin.client("s3")
    found = {
        tenant: [entry["Key"] for entry in s3.list_objects_v2(Bucket=f"backroom-{tenant}")["Contents"]]
        for tenant in ("small", "large")
    }
    for tenant, reasons in (("small", {"RefusedByServer": 1}), ("large", {})):
        for folder, expected in (("images/products/", 2), ("resized/", 4)):
            assert sum(key.startswith(folder) for key in found[tenant]) == expected
        told = orjson.loads(s3.get_object(Bucket=f"backroom-{tenant}", Key="imports/images.json")["Body"].read())
        assert told == {"fetched": 2, "unchanged": 0, "failed": len(reasons), "reasons": reasons}


def test_the_next_run_does_what_has_changed_and_nothing_else(stage: Stage, ended: Ended, web: Server) -> None:
    feed(stage, "small", SMALL, f"http://localhost:{web.port}/lamp.jpg", OTHER)
    new = stage.run("product_import", tenants=["small"])
    assert {portion.outcome for portion in new.portions} == {Outcome.SUCCEEDED}
    assert done(new, "small") == {"fetch": (1, 0), "images": (1, 2), "rescale": (1, 2)}
