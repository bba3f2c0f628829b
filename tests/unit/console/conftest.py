"""Accounts for the tests of the command line."""

from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from moto import mock_aws
from samcli.yamlhelper import yaml_parse

from tests.unit.console.account import OUTPUTS, REGION, ROOT, deploy


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """An account with credentials, and a folder where no twin was started."""
    for name in ("AWS_ENDPOINT_URL", "AWS_PROFILE", "BACKROOM_STACK", "BACKROOM_STATE_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    with mock_aws():
        yield


@pytest.fixture
def stack(aws: None) -> None:
    """A stack with the outputs of template.yaml and its two tables."""
    deploy("backroom-dev", OUTPUTS)
    resources = yaml_parse((ROOT / "template.yaml").read_text())["Resources"]
    dynamodb = boto3.client("dynamodb")
    for resource, output in (("TenantsTable", "TenantsTableName"), ("RunsTable", "RunsTableName")):
        wanted = {"AttributeDefinitions", "KeySchema", "BillingMode", "GlobalSecondaryIndexes"}
        properties = {name: value for name, value in resources[resource]["Properties"].items() if name in wanted}
        dynamodb.create_table(TableName=OUTPUTS[output], **properties)
