"""Words for tests of later waves: jobs deployed with other rows, and outcomes as the recorder leaves them."""

from typing import Any

import orjson
from backroom.manifest.index import unpack
from backroom.recording.outcomes import write_outcomes
from backroom.records import AttemptRecord, PortionRecord, StageRecord
from backroom.words import Cause, Outcome

from tests.integration.functions_logic.conftest import DEFINITION, JOB, World


def deploy(world: World, stage: str = "", memory: int = 128, **row: str) -> None:
    """Deploy a job definition of the job, or of one of its stages, with other parameters."""
    needs = [{"type": "VCPU", "value": "1"}, {"type": "MEMORY", "value": str(memory)}]
    container = DEFINITION["containerProperties"] | {"resourceRequirements": needs}
    changed = {"parameters": DEFINITION["parameters"] | row, "containerProperties": container}
    batch: Any = world.batch.definitions
    name = f"backroom-{JOB}-{stage}" if stage else f"backroom-{JOB}"
    batch.register_job_definition(**(DEFINITION | changed | {"jobDefinitionName": name}))


def position(world: World, portion: int) -> int:
    entries = unpack(world.read(world.layout.index(1)))
    return [entry.portion for entry in entries].index(portion)


def checkpoint(world: World, portion: int, done: list[int], stage: str = "") -> None:
    saved = {"portion": portion, "wave": 1, "attempt": 1, "digest": "d", "done": done}
    folder = f"{stage}/" if stage else ""
    world.put(f"{world.layout.prefix}checkpoints/{folder}{portion:07}.json", orjson.dumps(saved))


def outcomes(world: World, wave: int, *records: PortionRecord) -> None:
    write_outcomes(world.s3, "backroom-runs", world.layout, wave, records)


def failed(line: dict[str, Any], cause: Cause, stage: str = "", wave: int = 1, **more: Any) -> PortionRecord:
    attempts = (AttemptRecord(wave, 1, cause, exit_code=1, stage=stage),)
    items, stages = len(line["items"]), {stage: StageRecord(Outcome.FAILED, cause)} if stage else {}
    said: Any = {"stage": stage, "stages": stages, "attempts": attempts, "planned": items, "unfinished": items}
    said |= {"tries": line.get("tries", 1)}
    return PortionRecord(line["portion"], line["tenant"], wave, Outcome.FAILED, cause, **(said | more))


def good(line: dict[str, Any], wave: int = 1) -> PortionRecord:
    return PortionRecord(line["portion"], line["tenant"], wave, Outcome.SUCCEEDED, Cause.OK)


def waiting(line: dict[str, Any], wave: int = 1) -> PortionRecord:
    """What is recorded of a combining portion that others' failures kept from beginning."""
    stage, ended = str(line["only"]), (Outcome.FAILED, Cause.PLATFORM)
    more: Any = {"stage": stage, "stages": {stage: StageRecord(*ended)}, "only": stage, "tries": line.get("tries", 1)}
    return PortionRecord(line["portion"], line["tenant"], wave, *ended, **more)


def brief(planned: dict[str, Any]) -> list[tuple[Any, ...]]:
    """Give stage, queue, memory, size and what is waited for, of each array."""
    names = [stage["name"] for stage in planned["stages"]]
    return [
        (names[one["stage"]], one["queue"], one["memory"], one["size"], [after["array"] for after in one["after"]])
        for one in planned["arrays"]
    ]
