"""One item that crashes its container, among others: it is found by halving, and all others are done."""

import json

from backroom.words import Cause, Outcome

from tests.e2e.stage import Stage

ITEMS = [f"ok-{number}" for number in range(7)] + ["crash-1"]


def test_an_item_that_crashes_its_container_is_found_and_all_others_are_done(stage: Stage) -> None:
    tenant = stage.tenant(limits={"probe": {"portion_items": 8, "waves": 1}})
    ended = stage.run(tenants=[tenant], params={"items": ITEMS}, timeout=240.0)
    assert (ended.status, ended.error) == ("FAILED", "PortionsFailed")
    assert "poison: item 'crash-1' fails it" in ended.cause
    assert ended.record is not None
    # Eight items, then four and four, two and two, one and one: each wave halves, and none counts as a try.
    assert (ended.record.wave, ended.record.portions) == (4, 1)
    counts = {Outcome.SKIPPED: 3, Outcome.SUCCEEDED: 3, Outcome.FAILED: 1}
    assert ended.record.counts == counts
    (bad,) = [record for record in ended.portions if record.outcome is Outcome.FAILED]
    assert (bad.cause, bad.tries, bad.planned, bad.unfinished) == (Cause.APP_PERMANENT, 1, 1, 1)
    parents = [record for record in ended.portions if record.outcome is Outcome.SKIPPED]
    assert [(record.portion, record.split_into) for record in parents] == [(0, (1, 2)), (1, (3, 4)), (3, (5, 6))]
    s3 = stage.twin.client("s3")
    written = s3.list_objects_v2(Bucket=f"backroom-{tenant}", Prefix="probed/")["Contents"]
    assert sorted(entry["Key"] for entry in written) == [f"probed/{item}" for item in sorted(ITEMS) if "ok" in item]
    asked = {"job": "probe", "dry_run": True, "tenants": [tenant], "params": {"items": ITEMS}}
    answer = stage.twin.client("lambda").invoke(FunctionName="backroom-plan", Payload=json.dumps(asked))
    foreseen = json.load(answer["Payload"])
    assert (foreseen["items"], foreseen["tenants"][0]["unchanged"]) == (1, 7)
