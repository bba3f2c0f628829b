"""Every variable that is missing or senseless ends the container with one line that names it."""

import pytest
from backroom.worker.endings import WrongSetup
from backroom.worker.settings import read_settings

GOOD = {
    "AWS_REGION": "eu-central-1",
    "BACKROOM_BUCKET": "runs",
    "BACKROOM_JOB": "image_resize",
    "BACKROOM_RUN": "image_resize-20261127T180000Z-0001",
    "BACKROOM_WAVE": "2",
    "BACKROOM_OFFSET": "10000",
    "BACKROOM_SIZE": "3",
    "BACKROOM_ITEM_TOLERANCE": "0.2",
    "AWS_BATCH_JOB_ID": "0d8c:2",
    "AWS_BATCH_JOB_ATTEMPT": "3",
    "AWS_BATCH_JOB_ARRAY_INDEX": "2",
}
REQUIRED = sorted(set(GOOD) - {"BACKROOM_ITEM_TOLERANCE", "AWS_BATCH_JOB_ARRAY_INDEX"})


def test_a_childs_entry_is_its_arrays_offset_plus_its_index() -> None:
    settings = read_settings(GOOD)
    assert (settings.entry, settings.wave, settings.attempt, settings.item_tolerance) == (10_002, 2, 3, 0.2)
    assert settings.tenant_role_arn is None
    assert settings.aws.sts_endpoint == "https://sts.eu-central-1.amazonaws.com"
    assert settings.aws.s3_endpoint is None


def test_a_nodes_work_is_its_jobs() -> None:
    assert read_settings(GOOD | {"AWS_BATCH_JOB_ID": "0d8c#0"}).batch_job_id == "0d8c"


def test_a_plain_batch_job_has_no_index_and_takes_the_offset() -> None:
    plain = {name: value for name, value in GOOD.items() if name != "AWS_BATCH_JOB_ARRAY_INDEX"}
    assert read_settings(plain | {"BACKROOM_SIZE": "1", "BACKROOM_OFFSET": "7"}).entry == 7


@pytest.mark.parametrize("name", REQUIRED)
@pytest.mark.parametrize("value", [None, ""])
def test_a_missing_variable_is_named(name: str, value: str | None) -> None:
    environment = {key: text for key, text in GOOD.items() if key != name} | ({} if value is None else {name: value})
    with pytest.raises(WrongSetup, match=name):
        read_settings(environment)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("BACKROOM_WAVE", "0"),
        ("BACKROOM_OFFSET", "-1"),
        ("BACKROOM_OFFSET", "٣"),
        ("BACKROOM_SIZE", "many"),
        ("AWS_BATCH_JOB_ATTEMPT", "1.0"),
        ("AWS_BATCH_JOB_ARRAY_INDEX", "3"),
        ("BACKROOM_ITEM_TOLERANCE", "20 %"),
        ("BACKROOM_ITEM_TOLERANCE", "1.01"),
        ("BACKROOM_ITEM_TOLERANCE", "nan"),
    ],
)
def test_a_senseless_value_is_named_with_its_variable(name: str, value: str) -> None:
    with pytest.raises(WrongSetup, match=name) as raised:
        read_settings(GOOD | {name: value})
    assert value in str(raised.value)


def test_a_child_without_index_says_how_to_submit_it() -> None:
    without = {name: value for name, value in GOOD.items() if name != "AWS_BATCH_JOB_ARRAY_INDEX"}
    with pytest.raises(WrongSetup, match=r"arrayProperties\.size 3"):
        read_settings(without)
