"""Asks PlanFunction directly: the dry run of a plan."""

import json
from collections.abc import Sequence
from typing import Any

from backroom.errors import BackroomError

from backroom_console.site import Site


class PlanRefusedError(BackroomError):
    """The planner raised an error."""


def dry_run(site: Site, job: str, tenants: Sequence[str]) -> dict[str, Any]:
    """Give what a run of the job would do, in plan.json's form with `message`.

    Raises PlanRefusedError in the planner's own words.
    """
    payload = json.dumps({"job": job, "dry_run": True, "tenants": list(tenants)})
    answer = site.client("lambda").invoke(FunctionName=site.outputs["PlanFunctionName"], Payload=payload)
    content: dict[str, Any] = json.loads(answer["Payload"].read())
    if answer.get("FunctionError"):
        raise PlanRefusedError(content.get("errorMessage") or str(content))
    return content
