"""Keys of the items of a run in the table of runs (docs/architecture.md, RunsTable). Pure."""

from typing import Any

from boto3.dynamodb.conditions import ConditionBase, Key


def run_key(run: str) -> dict[str, Any]:
    """Give the key of a run's own item."""
    return _key(run, "run")


def portion_key(run: str, portion: int) -> dict[str, Any]:
    """Give the key of a portion's item."""
    return _key(run, f"portion#{portion:07}")


def tenant_key(run: str, tenant: str) -> dict[str, Any]:
    """Give the key of the item of a tenant's sums."""
    return _key(run, f"tenant#{tenant}")


def mail_key(run: str, tenant: str) -> dict[str, Any]:
    """Give the key of the item that tells of a tenant's e-mail."""
    return _key(run, f"mail#{tenant}")


def portion_keys(run: str) -> ConditionBase:
    """Give the condition on keys for the items of all portions of a run."""
    return of_kind(run, "portion#")


def of_kind(run: str, kind: str) -> ConditionBase:
    """Give the condition on keys for the items of a run whose sort keys begin with `kind`."""
    found: ConditionBase = Key("pk").eq(f"run#{run}") & Key("sk").begins_with(kind)
    return found


def _key(run: str, sort: str) -> dict[str, Any]:
    return {"pk": f"run#{run}", "sk": sort}
