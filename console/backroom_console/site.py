"""The deployed stack that a command works on: on AWS, or the local twin."""

import json
import os
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import boto3
from backroom.runs import RunsTable
from backroom.tenants import TenantsTable
from backroom_local import process
from botocore.exceptions import ClientError

from backroom_console.errors import NoStackError


@dataclass(frozen=True, slots=True)
class Choice:
    """What the user said of where to work; None: find it."""

    stack: str
    profile: str | None
    region: str | None
    state_dir: Path


@dataclass(frozen=True)
class Site:
    """A stack, by its outputs and a session that reaches it."""

    session: boto3.Session
    outputs: Mapping[str, str]
    endpoint: str | None = None
    """Where the twin answers; None on AWS."""

    def client(self, service: str) -> Any:
        """Give a client of a service."""
        make: Any = self.session.client
        return make(service, endpoint_url=self.endpoint)

    @property
    def stack(self) -> str:
        """Name of the stack, with which the names of its resources begin."""
        return self.outputs["StackName"]

    @cached_property
    def runs(self) -> RunsTable:
        """The runs of this stack."""
        return RunsTable(self._table("RunsTableName"))

    @cached_property
    def tenants(self) -> TenantsTable:
        """The tenants of this stack."""
        return TenantsTable(self._table("TenantsTableName"))

    def _table(self, output: str) -> Any:
        return self.session.resource("dynamodb", endpoint_url=self.endpoint).Table(self.outputs[output])


def find_site(choice: Choice, environment: Mapping[str, str] = os.environ) -> Site:
    """Find the stack: with a profile on AWS; else at AWS_ENDPOINT_URL, else the twin that runs here, else on AWS.

    Raises NoStackError when there is none of this name, botocore's errors when AWS cannot be asked.
    """
    if choice.profile is None and (endpoint := environment.get("AWS_ENDPOINT_URL")):
        return _at_endpoint(endpoint, choice)
    running = process.find(choice.state_dir) if choice.profile is None else None
    return on_twin(running) if running else _on_aws(choice)


def on_twin(running: process.Running) -> Site:
    """Give the stack of a twin that runs."""
    known = running.environment()
    session = boto3.Session(known["AWS_ACCESS_KEY_ID"], known["AWS_SECRET_ACCESS_KEY"], region_name=running.region)
    return Site(session, running.ask("outputs"), running.endpoint)


def _at_endpoint(endpoint: str, choice: Choice) -> Site:
    session = boto3.Session(region_name=choice.region)
    try:
        with urllib.request.urlopen(f"{endpoint}/_twin/outputs", timeout=30) as answer:  # noqa: S310 - the user's own endpoint
            return Site(session, json.load(answer), endpoint)
    except (OSError, ValueError) as error:
        raise NoStackError(
            f"AWS_ENDPOINT_URL is {endpoint}, and no twin answers there ({error}): unset it, "
            "or start a twin with `backroom local up`"
        ) from error


def _on_aws(choice: Choice) -> Site:
    session = boto3.Session(profile_name=choice.profile, region_name=choice.region)
    try:
        found = session.client("cloudformation").describe_stacks(StackName=choice.stack)["Stacks"][0]
    except ClientError as error:
        if error.response["Error"]["Code"] != "ValidationError":
            raise
        raise NoStackError(
            f"there is no stack {choice.stack!r} in {session.region_name}: name yours with --stack, --profile and "
            "--region, deploy it with `sam deploy`, or start the local twin with `backroom local up`"
        ) from error
    return Site(session, {output["OutputKey"]: output["OutputValue"] for output in found.get("Outputs", [])})
