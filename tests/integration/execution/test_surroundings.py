"""What a container is given: its image's command, its own environment, secrets and credentials."""

import json
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from backroom_local.execution.interface import Ended

from tests.integration.execution.shop import Shop, opened

ROLE = "arn:aws:iam::123456789012:role/backroom-job"
BOTO3 = "import boto3; print(boto3.client('sts').get_caller_identity()['Arn'])"
OBSTORE = """
import os
from obstore.store import S3Store
plain = {"allow_http": True}
store = S3Store("obstore", endpoint=os.environ["AWS_ENDPOINT_URL"], region="eu-central-1", client_options=plain)
store.put("key", b"by obstore")
print(bytes(store.get("key").bytes()).decode())
"""
SHOW = "import json, os; print(json.dumps(dict(os.environ)))"


def probe(shop: Shop, *command: str, **more: Any) -> dict[str, Any]:
    """Run the probe image; gives what it found."""
    ended, log = shop.run(*command, image="registry.example/shop/probe@sha256:ab", **more)
    assert ended == Ended(0), log
    return json.loads(log[0])  # type: ignore[no-any-return]


def environment_of(shop: Shop, **more: Any) -> dict[str, str]:
    """The environment of a host command."""
    ended, log = shop.run("python", "-c", SHOW, **more)
    assert ended == Ended(0), log
    return json.loads(log[0])  # type: ignore[no-any-return]


def test_an_image_of_the_project_runs_its_entry_point_in_its_own_environment(
    shop: Shop, images: Path, venvs: Path
) -> None:
    found = probe(shop, environment={"OWN": "1", "BOTH": "launch"})
    assert (found["argv"], found["cwd"]) == (["app.py", "x"], str(images / "probe"))
    assert (found["environment"]["OF"], found["environment"]["BOTH"], found["environment"]["OWN"]) == (
        "image",
        "launch",
        "1",
    )
    assert Path(found["prefix"]).parent == venvs
    assert Path(found["orjson"]).is_relative_to(found["prefix"])
    assert found["found"] == {"moto": False, "backroom_local": False}
    assert Path(found["backroom"]).is_relative_to(Path(__file__).parents[3] / "layers")


def test_a_command_takes_the_place_of_cmd(shop: Shop) -> None:
    assert probe(shop, "one", "two")["argv"] == ["app.py", "one", "two"]


def test_the_environment_is_made_once_and_again_for_other_requirements(shop: Shop, images: Path, venvs: Path) -> None:
    first = probe(shop)["prefix"]
    assert probe(shop)["prefix"] == first
    requirements = images / "probe" / "requirements.txt"
    before = requirements.read_text()
    try:
        requirements.write_text(f"{before}# changed\n")
        assert probe(shop)["prefix"] != first
    finally:
        requirements.write_text(before)


def test_nothing_of_the_twins_own_environment_leaks(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OF_THE_TWIN_ITSELF", "secret")
    seen = environment_of(shop, environment={"MINE": "1"})
    keys = {"AWS_ENDPOINT_URL", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"}
    assert set(seen) - {"LC_CTYPE"} == keys | {"PATH", "HOME", "TMPDIR", "LANG", "MINE", "BACKROOM_TWIN"}


def test_temporary_files_are_private_and_gone_for_the_next(shop: Shop) -> None:
    script = 'test -z "$(ls -A $TMPDIR)" && mkdir -p $TMPDIR/a/b && touch $TMPDIR/c && ln -s / $HOME/d && echo clean'
    assert [shop.run("sh", "-c", script)[1] for _ in range(3)] == [["clean"]] * 3


def test_a_foreign_image_says_the_way_out(cloud_url: str, images: Path, venvs: Path) -> None:
    with opened(cloud_url, (images,), venvs, host_commands=False) as strict:
        ended, _ = strict.run("true", image="library/busybox:1")
    assert ended.exit_code is None
    assert ended.reason
    assert ended.reason.startswith("CannotPullContainerError: library/busybox:1 is none of this project's images")
    assert "--host-commands" in ended.reason


@pytest.mark.parametrize(
    ("command", "image", "says"),
    [
        (
            ("no-such-program",),
            "busybox",
            'CannotStartContainerError: exec: "no-such-program": executable file not found',
        ),
        ((), "busybox", "CannotPullContainerError: busybox is none of this project's images"),
        ((), "shell_form", "CannotPullContainerError: DockerfileError: "),
        ((), "no_such_package", "CannotPullContainerError: EnvironmentBuildError: "),
    ],
)
def test_what_cannot_be_started_says_why(shop: Shop, command: tuple[str, ...], image: str, says: str) -> None:
    watched = shop.start(*command, image=image)
    ended = watched.wait()
    assert ended.exit_code is None
    assert str(ended.reason).startswith(says)
    assert not watched.running.is_set()


def test_secrets_are_fetched(shop: Shop) -> None:
    client = shop.client("secretsmanager")
    arn = client.create_secret(Name="shop/database", SecretString='{"password": "p:w", "port": 5432}')["ARN"]
    secrets = {"WHOLE": arn, "PASSWORD": f"{arn}:password::", "PORT": f"{arn}:port:AWSCURRENT:"}
    seen = environment_of(shop, secrets=secrets)
    assert (json.loads(seen["WHOLE"])["port"], seen["PASSWORD"], seen["PORT"]) == (5432, "p:w", "5432")


@pytest.mark.parametrize("suffix", [":nothing::", "-other", ":password:AWSPREVIOUS:"])
def test_a_secret_that_is_missing_is_named(shop: Shop, suffix: str) -> None:
    client = shop.client("secretsmanager")
    arn = client.create_secret(Name=f"shop/missing{len(shop.started)}", SecretString='{"password": "x"}')["ARN"]
    ended, _ = shop.run("true", secrets={"PASSWORD": f"{arn}{suffix}"})
    assert ended.exit_code is None
    assert str(ended.reason).startswith("ResourceInitializationError: unable to pull secrets")
    assert arn.rpartition(":")[2] in str(ended.reason)


@pytest.mark.parametrize("value", ["arn:aws:ssm:eu-central-1:123456789012:parameter/a", "plain"])
def test_other_sources_of_secrets_are_refused(shop: Shop, value: str) -> None:
    ended, _ = shop.run("true", secrets={"PASSWORD": value})
    assert f"{value} is no ARN of a secret" in str(ended.reason)


def test_boto3_has_the_job_role(shop: Shop) -> None:
    ended, log = shop.run("python", "-c", BOTO3, job_role_arn=ROLE)
    assert ended == Ended(0), log
    assert log == ["arn:aws:sts::123456789012:assumed-role/backroom-job/backroom-local"]


def test_obstore_has_the_job_role(shop: Shop) -> None:
    place = {"LocationConstraint": "eu-central-1"}
    shop.client("s3").create_bucket(Bucket="obstore", CreateBucketConfiguration=place)
    ended, log = shop.run("python", "-c", OBSTORE, job_role_arn=ROLE)
    assert (ended, log) == (Ended(0), ["by obstore"])


def test_the_twins_keys_are_only_for_containers_without_a_role(shop: Shop) -> None:
    assert environment_of(shop)["AWS_ACCESS_KEY_ID"] == "twin"
    assert "AWS_ACCESS_KEY_ID" not in environment_of(shop, job_role_arn=ROLE)


def test_credentials_are_for_who_has_path_and_token_and_only_while_he_runs(shop: Shop) -> None:
    watched = shop.start(
        "python", "-c", f"{SHOW}; import sys, time; sys.stdout.flush(); time.sleep(600)", job_role_arn=ROLE
    )
    seen = json.loads(watched.wait_for_line())
    url, token = seen["AWS_CONTAINER_CREDENTIALS_FULL_URI"], seen["AWS_CONTAINER_AUTHORIZATION_TOKEN"]
    assert Path(seen["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"]).stat().st_mode & 0o077 == 0
    status, body = ask(url, token)
    assert (status, json.loads(body)["RoleArn"]) == (200, ROLE)
    assert (ask(url, f"{token}x")[0], ask(url, "")[0], ask(url[:-1], token)[0]) == (403, 403, 403)
    assert watched.execution
    watched.execution.kill()
    watched.wait()
    assert ask(url, token)[0] == 403


def ask(url: str, token: str) -> tuple[int, bytes]:
    """Ask the credentials endpoint."""
    try:
        with urlopen(Request(url, headers={"Authorization": token})) as answer:  # noqa: S310 - loopback
            return answer.status, answer.read()
    except HTTPError as error:
        return error.code, error.read()
