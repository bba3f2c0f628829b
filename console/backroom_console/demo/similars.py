"""Shows what is similar in the demo tenants' shops."""

import gzip
from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from backroom.storage.objects import read_json
from backroom.tenants import Tenant

from backroom_console.output import Column, Output

_FOLDER = "similar/"
_COLUMNS = (
    Column("Tenant"),
    Column("Products", True),
    Column("Without similar", True),
    Column("Most similar to each other"),
    Column("Score", True),
)


def show(output: Output, s3: Any, tenants: Sequence[Tenant]) -> None:
    """Show of each tenant how many products have similar ones, and the two that are most so."""
    output.line("")
    output.table(_COLUMNS, [row for tenant in tenants if (row := _row(s3, tenant))])


def _row(s3: Any, tenant: Tenant) -> tuple[object, ...]:
    report = read_json(s3, tenant.bucket, f"{tenant.prefix}{_FOLDER}report.json")
    if report is None:
        return ()
    answer = s3.get_object(Bucket=tenant.bucket, Key=f"{tenant.prefix}{_FOLDER}products.ndjson.gz")
    lines = [orjson.loads(line) for line in gzip.decompress(answer["Body"].read()).splitlines()]
    best = max((line for line in lines if line["similar"]), key=_score, default=None)
    pair = (f"{best['sku']} and {best['similar'][0]['sku']}", f"{_score(best):.2f}") if best else ("", "")
    return (tenant.tenant, f"{report['products']:,}", f"{report['without_similar']:,}", *pair)


def _score(line: Mapping[str, Any]) -> float:
    return float(line["similar"][0]["score"])
