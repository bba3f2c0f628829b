"""The stages of a chain: folders of their own, what one hands over to the next, combining, and going on after a run."""

from dataclasses import replace

from tests.integration.worker.cloud import ROOT, RUN, RUNS, Cloud, Ended, portion
from tests.integration.worker.test_attempts import TENANT, outputs

JOB = ROOT / "tests/integration/worker/chain_job.py"
FETCH, IMAGES, INDEX = (replace(RUN, stage=stage) for stage in ("fetch", "images", "index"))
HOME = replace(RUN, run="image_resize-20261126T180000Z-0000")


def plan(cloud: Cloud, *ids: str, number: int = 7, **more: object) -> None:
    """A portion of those items."""
    if TENANT not in [bucket["Name"] for bucket in cloud.s3.list_buckets()["Buckets"]]:
        cloud.make_bucket(TENANT)
    cloud.plan([portion(number, "t", [[id_, '"etag"', 1] for id_ in ids], **more)])


def run(cloud: Cloud, stage: str, code: int = 0, **more: str) -> Ended:
    """A stage's container."""
    ended = cloud.run(JOB, BACKROOM_STAGE=stage, **more)
    assert ended.code == code, ended
    return ended


def test_a_stage_finds_what_the_one_before_left_and_reports_in_a_folder_of_its_own(cloud: Cloud) -> None:
    plan(cloud, "a", "b")
    run(cloud, "fetch")
    run(cloud, "images")
    assert outputs(cloud) == {"a": "0", "b": "1"}
    assert [cloud.read(layout.result(7))["items"]["succeeded"] for layout in (FETCH, IMAGES)] == [2, 2]
    assert cloud.get(RUNS, FETCH.handover(7, "ids.txt")) == b"a\nb"
    assert cloud.keys(RUNS, RUN.results) == [FETCH.result(7), IMAGES.result(7)]


def test_a_part_of_a_split_finds_what_was_left_before_it_was_cut_off(cloud: Cloud) -> None:
    plan(cloud, "a", "b", "c")
    run(cloud, "fetch")
    plan(cloud, "c", number=9, forebears=[8, 7])
    run(cloud, "images")
    assert outputs(cloud) == {"c": "2"}


def test_a_combining_portion_reads_its_parts_and_writes_once(cloud: Cloud) -> None:
    for number, id_ in ((7, "a"), (8, "b")):
        plan(cloud, id_, number=number)
        run(cloud, "fetch")
    plan(cloud, number=9, only="index", parts=[7, 8])
    run(cloud, "index")
    assert outputs(cloud) == {"index": "a\nb"}
    # Of 8 two parts were cut later, which share what it left; 12 left something of its own.
    plan(cloud, "c", number=12)
    run(cloud, "fetch")
    plan(cloud, number=13, only="index", parts=[7, 10, 11, 12], cut=[[10, [9, 8]], [11, [9, 8]], [12, [8]]])
    run(cloud, "index")
    assert outputs(cloud) == {"index": "a\nb\nc"}
    plan(cloud, number=14, only="index", parts=[7, 15])
    assert "stage 'fetch' of portion 15 has handed over no 'ids.txt'" in run(cloud, "index", 70).messages("ERROR")[-1]


def test_what_was_not_handed_over_is_named(cloud: Cloud) -> None:
    plan(cloud, "a")
    ended = run(cloud, "images", code=70)
    assert "stage 'fetch' of portion 7 has handed over no 'ids.txt'" in ended.messages("ERROR")[-1]


def test_a_resumed_portion_goes_on_from_the_run_before(cloud: Cloud) -> None:
    plan(cloud, "a", "b")
    run(cloud, "fetch")
    run(cloud, "images")
    for key in cloud.keys(RUNS, RUN.prefix):
        cloud.s3.copy_object(Bucket=RUNS, CopySource=f"{RUNS}/{key}", Key=key.replace(RUN.run, HOME.run))
        cloud.s3.delete_object(Bucket=RUNS, Key=key)
    cloud.s3.delete_object(Bucket=TENANT, Key="out/a")
    plan(cloud, "a", "b", homes=["image_resize-20261126T190000Z-0001", HOME.run])
    run(cloud, "images")
    assert sorted(outputs(cloud)) == ["b"], "the home's checkpoint says that both are done"
    assert cloud.read(IMAGES.result(7))["items"] == {"succeeded": 2, "failed": 0, "skipped": 0}


def test_a_tenant_may_tolerate_more(cloud: Cloud) -> None:
    plan(cloud, "a", "b", limits={"item_tolerance": 1})
    run(cloud, "fetch")
    cloud.s3.put_object(Bucket=RUNS, Key=FETCH.handover(7, "ids.txt"), Body=b"b")
    run(cloud, "images")
    assert cloud.read(IMAGES.result(7))["items"] == {"succeeded": 1, "failed": 1, "skipped": 0}


def test_a_senseless_stage_is_wrong_set_up(cloud: Cloud) -> None:
    ended = cloud.run(ROOT / "tests/integration/worker/probe_job.py", "1", BACKROOM_STAGE="../fetch")
    assert ended.code == 78
    assert "BACKROOM_STAGE is '../fetch'" in ended.messages("ERROR")[0]
