"""Where a command works: on a stack in AWS, or on the local twin."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from backroom_local.process import Running
from backroom_local.settings import ACCESS_KEY, SECRET_KEY

from backroom_console.errors import ContradictionError, UnreachableError

TWIN_FILE = "twin.json"
_TWIN_REGION = "eu-central-1"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the user said about where to work."""

    profile: str | None = None
    region: str | None = None
    stack: str = "backroom"
    aws: bool = False
    """On AWS, whatever twin may run."""
    state_dir: Path = Path(".backroom")

    @property
    def on_aws(self) -> bool:
        """Whether only AWS will do."""
        return self.aws or self.profile is not None


@dataclass(frozen=True, slots=True)
class Target:
    """Where to work. `endpoint` is the twin's address, None on AWS; what is None is left to boto3's own search."""

    stack: str
    region: str | None = None
    profile: str | None = None
    endpoint: str | None = None
    access_key: str | None = None
    secret_key: str | None = None

    @property
    def is_twin(self) -> bool:
        """Whether it is a twin: it answers at once and costs nothing to ask."""
        return self.endpoint is not None

    def named(self, region: str | None) -> str:
        """Say where that is, for a person; `region` is the one that boto3 found."""
        return f"twin at {self.endpoint}" if self.is_twin else f"stack {self.stack} in {region or 'no region'}"


def choose(wanted: Wanted, environment: Mapping[str, str], running: Running | None) -> Target:
    """Choose by what was asked for, then AWS_ENDPOINT_URL, then the twin that was started here, else AWS.

    `running` is what `read_twin` gave. Raises ContradictionError: boto3 would send to AWS_ENDPOINT_URL what is for AWS.
    """
    endpoint = environment.get("AWS_ENDPOINT_URL")
    if endpoint and wanted.on_aws:
        raise ContradictionError(f"AWS_ENDPOINT_URL is {endpoint}: unset it, or leave out --aws and --profile")
    if wanted.on_aws:
        return Target(wanted.stack, wanted.region, wanted.profile)
    if endpoint:
        return _at(endpoint, wanted, environment)
    if running is not None:
        return at_running(wanted.stack, running)
    return Target(wanted.stack, wanted.region)


def settled(wanted: Wanted, environment: Mapping[str, str]) -> Target:
    """Choose as `choose` does, looking for a twin only where none of AWS_ENDPOINT_URL, --aws and --profile is given.

    Raises ContradictionError, UnreachableError.
    """
    elsewhere = wanted.on_aws or "AWS_ENDPOINT_URL" in environment
    return choose(wanted, environment, None if elsewhere else read_twin(wanted.state_dir))


def at_running(stack: str, running: Running) -> Target:
    """Give a twin that runs as a target."""
    return Target(stack, running.region, None, running.endpoint, ACCESS_KEY, SECRET_KEY)


def _at(endpoint: str, wanted: Wanted, environment: Mapping[str, str]) -> Target:
    region = wanted.region or environment.get("AWS_REGION") or environment.get("AWS_DEFAULT_REGION") or _TWIN_REGION
    key, secret = environment.get("AWS_ACCESS_KEY_ID"), environment.get("AWS_SECRET_ACCESS_KEY")
    # A twin checks no signatures, but boto3 does not send a request without one.
    return Target(wanted.stack, region, None, endpoint.rstrip("/"), key or ACCESS_KEY, secret or SECRET_KEY)


def read_twin(state_dir: Path) -> Running | None:
    """Give the twin that was started with this state, None where none was.

    Raises UnreachableError for one that was started and is gone: what was meant for it must not reach AWS instead.
    """
    path = state_dir / TWIN_FILE
    if not path.is_file():
        return None
    try:
        running = Running(**json.loads(path.read_text()))
    except (OSError, ValueError, TypeError) as error:
        raise UnreachableError(f"{path} cannot be read ({error}): remove it, or say --aws") from error
    if not running.alive():
        raise UnreachableError(
            f"the twin of {state_dir} is gone: start it again with `backroom local up`, or say --aws to work on AWS"
        )
    return running
