"""`backroom tenants` on a stack: what is added, imported, changed and refused."""

import json
import re
from pathlib import Path
from typing import Any

import boto3
import pytest
from backroom.errors import InvalidTenantError, TenantChangedError
from backroom.tenants import Tenant, TenantsTable
from backroom_console.errors import UnreadableFileError
from backroom_console.exits import Exit
from backroom_console.tenant_files import read_tenants

from tests.unit.console.account import backroom, on_dev


def tenants_file(folder: Path, *records: Any) -> str:
    path = folder / "tenants.json"
    path.write_text(json.dumps(records))
    return str(path)


def test_tenants_are_imported_all_or_none(stack: None, tmp_path: Path) -> None:
    good = {"tenant": "acme", "bucket": "backroom-acme", "enabled": True}
    done = backroom("tenants", "import", tenants_file(tmp_path, good, {"tenant": "Bad One"}), "--stack", "backroom-dev")
    assert done.exit_code == Exit.USAGE
    assert "entry 2" in done.stderr
    assert on_dev("tenants", "list") == []
    assert [tenant["tenant"] for tenant in on_dev("tenants", "import", tenants_file(tmp_path, good))] == ["acme"]
    assert [tenant["tenant"] for tenant in on_dev("tenants", "list")] == ["acme"]


def test_a_tenant_twice_in_a_file_is_refused(stack: None, tmp_path: Path) -> None:
    good = {"tenant": "acme", "bucket": "backroom-acme", "enabled": True}
    done = backroom("tenants", "import", tenants_file(tmp_path, good, good), "--stack", "backroom-dev")
    assert done.exit_code == Exit.USAGE
    assert "acme" in done.stderr


def test_a_tenant_is_added_disabled_and_enabled(stack: None) -> None:
    on_dev("tenants", "add", "acme", "--bucket", "backroom-acme", "--prefix", "shop/", "--timezone", "Europe/Berlin")
    on_dev("tenants", "disable", "acme")
    (tenant,) = on_dev("tenants", "list")
    assert (tenant["enabled"], tenant["prefix"], tenant["timezone"]) == (False, "shop/", "Europe/Berlin")
    on_dev("tenants", "enable", "acme")
    assert on_dev("tenants", "list")[0]["enabled"] is True


def test_a_tenant_that_is_unknown_cannot_be_disabled(stack: None) -> None:
    done = backroom("tenants", "disable", "acme", "--stack", "backroom-dev")
    assert done.exit_code == Exit.UNKNOWN
    assert "acme" in done.stderr
    assert on_dev("tenants", "list") == []


def test_a_broken_record_is_listed_with_its_fault(stack: None) -> None:
    boto3.resource("dynamodb").Table("backroom-dev-tenants").put_item(Item={"tenant": "acme", "enabled": True})
    done = backroom("tenants", "list", "--stack", "backroom-dev")
    assert done.exit_code == Exit.OK
    assert "bucket: Field required" in done.stdout


def table() -> Any:
    return boto3.resource("dynamodb").Table("backroom-dev-tenants")


def test_a_record_is_edited_and_all_else_stays(stack: None) -> None:
    params = {"image_resize": {"quality": 80, "widths": [800]}}
    table().put_item(Item={"tenant": "acme", "bucket": "b-acme", "enabled": True, "params": params, "theirs": "kept"})
    quality, tolerance = "image_resize.quality=85", "image_resize.item_tolerance=0.05"
    (edited,) = on_dev("tenants", "edit", "acme", "--email", "a@b.example", "--param", quality, "--limit", tolerance)
    assert (edited["email"], edited["params"]["image_resize"]) == ("a@b.example", {"quality": 85, "widths": [800]})
    assert edited["limits"]["image_resize"]["item_tolerance"] == 0.05
    gone = ("--param", "image_resize.quality=", "--param", "image_resize.widths=", "--email", "")
    assert on_dev("tenants", "edit", "acme", *gone)[0]["params"] == {}
    stored = table().get_item(Key={"tenant": "acme"})["Item"]
    assert (stored["theirs"], stored["params"], stored["email"]) == ("kept", {}, None)
    assert "name" not in stored, "what was not named is not written"


def test_a_change_that_does_not_fit_is_refused_with_the_field(stack: None) -> None:
    on_dev("tenants", "add", "acme", "--bucket", "backroom-acme")
    for arguments, said in (
        (("--prefix", "shop"), "prefix"),
        (("--param", "quality=85"), "'quality=85' is not JOB.NAME=VALUE"),
        (("--limit", "image_resize.speed=1"), "limits.image_resize.speed"),
        ((), "Say what shall be otherwise"),
    ):
        done = backroom("tenants", "edit", "acme", *arguments, "--stack", "backroom-dev")
        assert (done.exit_code, said in done.stderr) == (Exit.USAGE, True), done.stderr
    done = backroom("tenants", "edit", "nobody", "--name", "N", "--stack", "backroom-dev")
    assert done.exit_code == Exit.UNKNOWN


def test_what_somebody_else_changed_meanwhile_is_not_lost(stack: None) -> None:
    tenants = TenantsTable(table())
    before = Tenant(tenant="acme", bucket="backroom-acme", enabled=True, timezone="UTC")
    tenants.put(before)
    before = tenants.get("acme")
    tenants.change(before, before.model_copy(update={"timezone": "Europe/Berlin"}))
    tenants.change(before, before.model_copy(update={"name": "Acme"}))
    with pytest.raises(TenantChangedError, match="'acme' was changed by somebody else"):
        tenants.change(before, before.model_copy(update={"timezone": "Europe/Zurich"}))
    assert (tenants.get("acme").timezone, tenants.get("acme").name) == ("Europe/Berlin", "Acme")


TABLE = """\ufefftenant;bucket;name;enabled;jobs_off;params.image_resize.widths;limits.image_resize.waves
acme;backroom-acme;"Acme; Ltd";;sitemap report;[800, 400];2
solo;backroom-solo;;no;;;
"""


def test_a_table_is_imported(stack: None, tmp_path: Path) -> None:
    path = tmp_path / "tenants.csv"
    path.write_text(TABLE, encoding="utf-8")
    on_dev("tenants", "import", str(path))
    acme, solo = on_dev("tenants", "list")
    assert (acme["name"], acme["enabled"], acme["jobs_off"]) == ("Acme; Ltd", True, ["sitemap", "report"])
    assert (acme["params"], acme["limits"]["image_resize"]["waves"]) == ({"image_resize": {"widths": [800, 400]}}, 2)
    assert (solo["enabled"], solo["params"]) == (False, {})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("bucket\nb\n", "no column `tenant`"),
        ("tenant,colour\nacme,red\n", "has a column 'colour'"),
        ("tenant,bucket\nacme,b,c\n", "line 2 has more cells"),
        ("tenant,bucket,enabled\nacme,backroom-acme,perhaps\n", "line 2: enabled is 'perhaps'"),
        ("tenant,bucket\nacme,backroom-acme\nBad One,b\n", "line 3: the record of tenant 'Bad One' does not fit"),
        ('tenant,bucket\n"acme,b\n', "cannot be read as CSV"),
    ],
)
def test_a_table_that_does_not_fit_names_its_line(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "tenants.csv"
    path.write_text(text)
    with pytest.raises((UnreadableFileError, InvalidTenantError), match=re.escape(said)):
        read_tenants(path)
