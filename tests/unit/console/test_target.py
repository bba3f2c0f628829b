"""What is meant for a twin never reaches AWS, and the other way round."""

import json
from pathlib import Path

import pytest
from backroom_console.errors import ContradictionError, UnreachableError
from backroom_console.target import Wanted, choose, read_twin
from backroom_local.process import Running

TWIN = Running(4711, 8000, "http://127.0.0.1:8000", "eu-central-1", "template.yaml")
ELSEWHERE = {"AWS_ENDPOINT_URL": "http://127.0.0.1:9000/"}


def test_the_twin_that_runs_here_comes_before_aws() -> None:
    assert choose(Wanted(), {}, TWIN).endpoint == TWIN.endpoint
    assert choose(Wanted(region="eu-west-1"), {}, None).endpoint is None


def test_an_endpoint_in_the_environment_comes_before_the_twin_that_runs_here() -> None:
    assert choose(Wanted(), ELSEWHERE, TWIN).endpoint == "http://127.0.0.1:9000"


@pytest.mark.parametrize("wanted", [Wanted(aws=True), Wanted(profile="prod")])
def test_aws_is_aws_even_beside_a_twin(wanted: Wanted) -> None:
    target = choose(wanted, {}, TWIN)
    assert (target.endpoint, target.access_key, target.profile) == (None, None, wanted.profile)


@pytest.mark.parametrize("wanted", [Wanted(aws=True), Wanted(profile="prod")])
def test_aws_and_an_endpoint_contradict_each_other(wanted: Wanted) -> None:
    with pytest.raises(ContradictionError, match="unset it"):
        choose(wanted, ELSEWHERE, None)


def test_credentials_of_the_environment_are_kept_for_its_endpoint() -> None:
    target = choose(Wanted(), ELSEWHERE | {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"}, None)
    assert (target.access_key, target.secret_key) == ("a", "b")


def test_no_twin_was_started(tmp_path: Path) -> None:
    assert read_twin(tmp_path) is None


def test_a_twin_that_is_gone_is_an_error_and_not_a_way_to_aws(tmp_path: Path) -> None:
    gone = {"pid": 2**22 + 1, "port": 1, "endpoint": "http://127.0.0.1:1", "region": "eu-central-1", "template": ""}
    (tmp_path / "twin.json").write_text(json.dumps(gone))
    for _ in range(2):
        with pytest.raises(UnreachableError, match="backroom local up"):
            read_twin(tmp_path)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "twin.json").write_text("{")
    with pytest.raises(UnreachableError, match=r"twin\.json cannot be read"):
        read_twin(tmp_path)
