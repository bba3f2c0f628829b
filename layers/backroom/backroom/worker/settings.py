"""What the environment says to a container (docs/architecture.md, Environment), read once and checked."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from backroom.layout import RunLayout
from backroom.worker.endings import WrongSetup

_STAGE = re.compile(r"[a-z][a-z0-9_]{0,39}")


@dataclass(frozen=True, slots=True)
class Aws:
    """Where AWS is: its region and, where it is not AWS itself (the local twin), the endpoints of its services."""

    region: str
    s3_endpoint: str | None
    sts_endpoint: str


@dataclass(frozen=True, slots=True)
class Settings:
    """The environment of one attempt at one portion."""

    bucket: str
    layout: RunLayout
    wave: int
    entry: int
    """Which entry of the wave's index is this container's, from 0."""
    batch_job_id: str
    attempt: int
    item_tolerance: float
    """Share of the portion's items that may fail, 0 to 1."""
    tenant_role_arn: str | None
    checkpoint_seconds: float
    """How often progress is saved."""
    stop_seconds: float
    """How long an item in hand may go on after SIGTERM."""
    timeout_seconds: float | None
    """When Batch ends the attempt, from its start; None: the job definition does not say."""
    aws: Aws


def read_settings(environment: Mapping[str, str]) -> Settings:
    """The settings of this container. Raises WrongSetup, naming the variable."""
    return Settings(
        bucket=_required(environment, "BACKROOM_BUCKET"),
        layout=RunLayout(
            _required(environment, "BACKROOM_JOB"), _required(environment, "BACKROOM_RUN"), _stage(environment)
        ),
        wave=_number(environment, "BACKROOM_WAVE", least=1),
        entry=_entry(environment),
        # A node's is JOB#NODE; what it works at is the job's.
        batch_job_id=_required(environment, "AWS_BATCH_JOB_ID").partition("#")[0],
        attempt=_number(environment, "AWS_BATCH_JOB_ATTEMPT", least=1),
        item_tolerance=_share(environment, "BACKROOM_ITEM_TOLERANCE"),
        tenant_role_arn=environment.get("BACKROOM_TENANT_ROLE_ARN") or None,
        checkpoint_seconds=_seconds(environment, "BACKROOM_CHECKPOINT_SECONDS", 15.0),
        stop_seconds=_seconds(environment, "BACKROOM_STOP_SECONDS", 15.0),
        timeout_seconds=_timeout(environment),
        aws=read_aws(environment),
    )


def read_aws(environment: Mapping[str, str]) -> Aws:
    """Region and endpoints, by the variables that every AWS SDK reads. Raises WrongSetup without a region."""
    region = environment.get("AWS_REGION") or environment.get("AWS_DEFAULT_REGION")
    if not region:
        raise WrongSetup(
            "AWS_REGION is not set: name the region of the runs bucket in the job definition's environment"
        )
    every = environment.get("AWS_ENDPOINT_URL") or None
    sts = environment.get("AWS_ENDPOINT_URL_STS") or every or f"https://sts.{region}.amazonaws.com"
    return Aws(region, environment.get("AWS_ENDPOINT_URL_S3") or every, sts)


def _entry(environment: Mapping[str, str]) -> int:
    """Offset + array index; a plain Batch job (size 1) has no array index."""
    offset = _number(environment, "BACKROOM_OFFSET", least=0)
    size = _number(environment, "BACKROOM_SIZE", least=1)
    if "AWS_BATCH_JOB_ARRAY_INDEX" not in environment and size > 1:
        raise WrongSetup(
            f"AWS_BATCH_JOB_ARRAY_INDEX is not set although BACKROOM_SIZE is {size}: this is a plain Batch job. Submit "
            f"it with arrayProperties.size {size}, or with BACKROOM_SIZE 1 for a single portion"
        )
    index = (
        _number(environment, "AWS_BATCH_JOB_ARRAY_INDEX", least=0) if "AWS_BATCH_JOB_ARRAY_INDEX" in environment else 0
    )
    if index >= size:
        raise WrongSetup(
            f"AWS_BATCH_JOB_ARRAY_INDEX is {index} but BACKROOM_SIZE is {size}: submit the array with its own size"
        )
    return offset + index


def _stage(environment: Mapping[str, str]) -> str:
    """The stage of a chain; empty: the job has but one. It becomes part of keys."""
    stage = environment.get("BACKROOM_STAGE") or ""
    if stage and not _STAGE.fullmatch(stage):
        raise WrongSetup(
            f"BACKROOM_STAGE is {stage!r}: a stage's name has a to z, 0 to 9 and _, and begins with a letter"
        )
    return stage


def _required(environment: Mapping[str, str], name: str) -> str:
    value = environment.get(name)
    if not value:
        raise WrongSetup(
            f"{name} is not set: the job definition or SubmitJob's containerOverrides.environment has to set it"
        )
    return value


def _number(environment: Mapping[str, str], name: str, least: int) -> int:
    text = _required(environment, name)
    if not (text.isascii() and text.isdigit()) or int(text) < least:
        raise WrongSetup(f"{name} is {text!r}: it has to be a whole number of at least {least}")
    return int(text)


def _seconds(environment: Mapping[str, str], name: str, default: float) -> float:
    text = environment.get(name) or str(default)
    seconds = _decimal(text)
    if not 0 < seconds <= 3600:
        raise WrongSetup(f"{name} is {text!r}: it has to be a number of seconds above 0 and at most 3600")
    return seconds


def _timeout(environment: Mapping[str, str]) -> float | None:
    name = "BACKROOM_TIMEOUT_SECONDS"
    return float(_number(environment, name, least=1)) if environment.get(name) else None


def _decimal(text: str) -> float:
    """The number, or -1, which no setting here allows."""
    try:
        return float(text)
    except ValueError:
        return -1.0


def _share(environment: Mapping[str, str], name: str) -> float:
    text = environment.get(name) or "0"
    share = _decimal(text)
    if not 0 <= share <= 1:
        raise WrongSetup(f"{name} is {text!r}: it has to be a share between 0 and 1, such as 0.2")
    return share
