"""image_resize as it ships, from its entry point, on the demo tenants' photographs."""

import io

import orjson
import pytest
from PIL import Image

from tests.integration.worker.cloud import ROOT, RUN, RUNS, Cloud, portion

APP = ROOT / "containers/image_resize/app.py"
TENANTS = {tenant["tenant"]: tenant for tenant in orjson.loads((ROOT / "examples/tenants.json").read_bytes())}


def plan_tenant(cloud: Cloud, name: str, **more: object) -> None:
    """The tenant's photographs in its bucket, and a manifest with all of them in one portion."""
    tenant = TENANTS[name]
    prefix = tenant.get("prefix", "")
    cloud.make_bucket(tenant["bucket"])
    files = sorted((ROOT / "examples/tenants" / name / "images").iterdir())
    items = [cloud.put(tenant["bucket"], f"{prefix}images/{file.name}", file.read_bytes()) for file in files]
    params = tenant["params"]["image_resize"]
    cloud.plan([portion(3, name, items, prefix=prefix, params=params, **more)])


def opened(cloud: Cloud, bucket: str, key: str) -> Image.Image:
    """An image out of a bucket."""
    return Image.open(io.BytesIO(cloud.get(bucket, key)))


def test_kontor_gets_its_sizes_and_two_failures_with_their_reasons(cloud: Cloud) -> None:
    plan_tenant(cloud, "kontor")

    ended = cloud.run(APP)

    assert ended.code == 0, (ended.lines, ended.errors)
    result = cloud.read(RUN.result(3))
    assert result["outcome"] == "succeeded"
    assert result["items"] == {"succeeded": 10, "failed": 2, "skipped": 0}
    reasons = {failure["item"]: failure["error"] for failure in result["failures"]}
    assert reasons == {"catalogue.jpg": "NotAnImage", "parrot.jpg": "Truncated"}
    failed = [orjson.loads(line) for line in cloud.get(RUNS, result["failed_items"]).splitlines()]
    assert failed == result["failures"]
    made = cloud.keys("backroom-kontor", "shop/resized/")
    assert len(made) == 10 * 4
    assert result["bytes"]["written"] == sum(len(cloud.get("backroom-kontor", key)) for key in made)


@pytest.mark.parametrize(
    ("name", "key", "size", "form", "media"),
    [
        ("bergblick", "resized/800/sunset.jpg.jpg", (800, 533), "JPEG", "image/jpeg"),
        ("solo", "resized/640/dandelions.jpg.webp", (640, 360), "WEBP", "image/webp"),
    ],
)
def test_images_are_upright_and_of_the_tenants_format(
    cloud: Cloud, name: str, key: str, size: tuple[int, int], form: str, media: str
) -> None:
    plan_tenant(cloud, name)

    assert cloud.run(APP).code == 0

    image = opened(cloud, f"backroom-{name}", key)
    head = cloud.s3.head_object(Bucket=f"backroom-{name}", Key=key)
    assert (image.size, image.format, head["ContentType"]) == (size, form, media)
    assert head["CacheControl"] == "public, max-age=86400"
    assert not image.getexif()
    assert "icc_profile" not in image.info


def test_senseless_params_are_bad_data_and_name_the_parameter(cloud: Cloud) -> None:
    plan_tenant(cloud, "solo")
    line = orjson.loads(cloud.get(RUNS, RUN.manifest(1)))
    cloud.plan([line | {"params": {"widths": [0]}}])

    ended = cloud.run(APP)

    assert ended.code == 65
    assert "a width is 0" in ended.messages("ERROR")[0]
