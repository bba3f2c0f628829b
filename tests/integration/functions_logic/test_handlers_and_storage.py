"""The handlers with their sample events, and what lies beneath: listings, multipart uploads, the tenants' table."""

import json
from pathlib import Path
from threading import Event
from typing import Any

import boto3
import plan as plan_function
import pytest
import record as record_function
from backroom.deployment import here
from backroom.errors import (
    InvalidRequestError,
    InvalidTenantError,
    ObjectChangedError,
    PlanTooSlowError,
    UnknownRunError,
    UnknownTenantError,
)
from backroom.layout import RunLayout
from backroom.manifest.portion import Item, Portion
from backroom.manifest.reader import ManifestReader
from backroom.manifest.writer import ManifestWriter
from backroom.planning.plan import plan
from backroom.storage.listing import objects
from backroom.storage.upload import StreamedUpload
from backroom.tenants import BrokenTenant, Tenant

from tests.integration.functions_logic.conftest import JOB, NOW, REGION, RUN, World

EVENTS = Path(__file__).parents[3] / "events"
HOSTILE_KEYS = [
    "images/ä ö+&<>\"'.jpg",
    "images/%41.jpg",
    "images/a\tb\nc.jpg",
    "images/😀/..",
    "images/]]>",
    "images/&amp;",
]


class Context:
    """What Lambda gives a handler."""

    function_name, memory_limit_in_mb, aws_request_id = "f", 1769, "r"
    invoked_function_arn = "arn:aws:lambda:eu-central-1:123456789012:function:f"

    def __init__(self, seconds: float = 900) -> None:
        self.milliseconds = int(seconds * 1000)

    def get_remaining_time_in_millis(self) -> int:
        return self.milliseconds


def sample(name: str) -> dict[str, Any]:
    event: dict[str, Any] = json.loads((EVENTS / f"{name}.json").read_text())
    return event


@pytest.mark.filterwarnings("ignore:No application metrics")  # of the call that is refused
def test_the_handlers_take_their_sample_events_one_after_the_other(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The queues are but names here, and nothing was submitted to them.
    monkeypatch.setattr("backroom.recording.record.submitted", lambda *_: [])
    context: Any = Context()
    world.tenant("bergblick", 2)
    world.tenant("solo", 1)
    dry = plan_function.handler(sample("plan_dry_run"), context)
    planned = plan_function.handler(sample("plan"), context)
    assert (dry["portions"], planned["portions"], planned["run"]) == (2, 2, RUN)
    world.result(world.manifest()[0])
    recorded = record_function.handler(sample("record") | {"arrays": []}, context)
    assert recorded["again"] is True
    assert recorded["counts"] == {"succeeded": 1, "lost": 1}
    assert plan_function.handler(sample("plan_again"), context)["portions"] == 1
    failed = record_function.handler(sample("record_error"), context)
    assert failed["message"].startswith(
        "UnknownTenantError: unknown tenant 'acne': did you mean acme?; 1 of 2 portions"
    )
    answers = [dry, planned, recorded, failed]
    assert json.loads(json.dumps(answers)) == answers
    with pytest.raises(InvalidRequestError, match="run"):
        plan_function.handler({"job": JOB}, context)


@pytest.mark.filterwarnings("ignore:No application metrics")
def test_a_dry_run_that_takes_too_long_says_so_before_its_time_is_up(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.tenant("bergblick", 2)
    world.tenant("solo", 1)
    go = Event()

    def slow(*told: Any) -> Any:
        go.wait(60)
        return plan(*told)

    monkeypatch.setattr(plan_function, "plan", slow)
    with pytest.raises(PlanTooSlowError, match="in the 0 s that a dry run has; name fewer tenants"):
        plan_function.handler(sample("plan_dry_run"), Context(plan_function.MARGIN))
    go.set()
    assert plan_function.handler(sample("plan_dry_run"), Context())["portions"] == 2
    with pytest.raises(UnknownTenantError):
        plan_function.handler(sample("plan_dry_run") | {"tenants": ["nobody"]}, Context())


@pytest.mark.filterwarnings("ignore:No application metrics")
def test_a_plan_that_fails_is_counted_and_a_dry_run_is_not(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    world.tenant("bergblick", 2)
    for name, count in (("plan_dry_run", 0), ("plan", 1)):
        with pytest.raises(UnknownTenantError):
            plan_function.handler(sample(name) | {"tenants": ["nobody"]}, Context())
        assert capsys.readouterr().out.count('"PlansFailed":[1.0]') == count


def test_the_fast_listing_gives_what_botocore_gives(world: World) -> None:
    world.tenant("acme")
    for number, key in enumerate(HOSTILE_KEYS):
        world.s3.put_object(Bucket="acme-images", Key=key, Body=b"x" * number)
    plain: Any = boto3.client("s3", REGION)
    found = plain.list_objects_v2(Bucket="acme-images", Prefix="images/")["Contents"]
    expected = [(entry["Key"], entry["ETag"].strip('"'), entry["Size"]) for entry in found]
    assert [tuple(listed) for listed in objects(world.s3, "acme-images", "images/")] == expected
    assert sorted(HOSTILE_KEYS) == [key for key, _, _ in expected]


def test_the_fast_listing_is_the_one_that_is_used(world: World) -> None:
    world.tenant("acme", 1)
    (entry,) = world.s3.list_objects_v2(Bucket="acme-images")["Contents"]
    assert set(entry) == {"Key", "ETag", "Size"}


def test_a_listing_of_several_pages_is_read_to_its_end(world: World) -> None:
    world.tenant("acme", 1003)
    keys = [listed.key for listed in objects(world.s3, "acme-images", "images/")]
    assert keys == sorted(f"images/{number:03}.jpg" for number in range(1003))


def test_a_large_manifest_goes_up_in_parts_and_is_read_back_as_it_was(world: World) -> None:
    layout = RunLayout(JOB, RUN)
    items = tuple(Item(f"{number:06}" + "x" * 200, "e" * 32, number) for number in range(1000))
    portions = [Portion(number, "acme", "b", "", {}, "f" * 12, items, 2.5) for number in range(50)]
    writer = ManifestWriter(world.s3, "backroom-runs", layout, 1, part_bytes=5 * 1024 * 1024)
    for portion in portions:
        writer.add(portion)
    writer.finish({"portions": 50})
    assert world.s3.head_object(Bucket="backroom-runs", Key=layout.manifest(1))["ETag"].endswith('-3"')
    reader = ManifestReader(world.s3, "backroom-runs", layout, 1)
    assert [placed.portion for placed in reader.portions()] == portions
    some = sorted(reader.entries)[3:50:7]
    assert list(reader.portions_at(some)) == portions[3:50:7]


def test_an_upload_that_was_given_up_leaves_nothing(world: World) -> None:
    upload = StreamedUpload(world.s3, "backroom-runs", "x", part_bytes=5 * 1024 * 1024)
    upload.write(b"x" * 6 * 1024 * 1024)
    upload.abort()
    assert "Uploads" not in world.s3.list_multipart_uploads(Bucket="backroom-runs")
    assert list(objects(world.s3, "backroom-runs", "")) == []


@pytest.mark.parametrize("size", [10, 6 * 1024 * 1024])
def test_of_two_uploads_the_first_to_finish_stays(world: World, size: int) -> None:
    first, second = (StreamedUpload(world.s3, "backroom-runs", "x", part_bytes=5 * 1024 * 1024) for _ in range(2))
    first.write(b"1" * size)
    second.write(b"2" * size)
    first.finish()
    with pytest.raises(ObjectChangedError, match="backroom-runs/x"):
        second.finish()
    assert world.read("x") == b"1" * size


def test_tenants_are_kept_found_switched_and_named_when_broken(world: World) -> None:
    table = here().tenants
    acme = Tenant(tenant="acme", bucket="acme-images", enabled=True, params={JOB: {"quality": 80, "sharpen": 0.5}})
    table.put(acme)
    world.tenants.put_item(Item={"tenant": "broken", "bucket": "b"})
    assert table.get("acme") == acme
    table.set_enabled("acme", False)
    first, broken = table.all()
    assert isinstance(first, Tenant)
    assert first.enabled is False
    assert isinstance(broken, BrokenTenant)
    with pytest.raises(InvalidTenantError, match=r"broken.*enabled"):
        table.get("broken")
    for unknown in (lambda: table.get("nobody"), lambda: table.set_enabled("nobody", True)):
        with pytest.raises(UnknownTenantError, match="nobody"):
            unknown()
    with pytest.raises(UnknownRunError, match="no-such-run"):
        here().runs.get("no-such-run")


def test_a_claim_is_read_as_the_machine_writes_it(world: World) -> None:
    claim = {
        "pk": f"claim#{JOB}",
        "sk": "slot",
        "run": RUN,
        "claimed_at": f"{NOW:%Y-%m-%dT%H:%M:%S.000Z}",
        "expires_at": 1,
    }
    world.runs.put_item(Item=claim)
    found = here().runs.claim(JOB, "slot")
    assert found is not None
    assert (found.run, found.claimed_at) == (RUN, NOW)
    assert here().runs.claim(JOB, "other") is None
