"""`run(job)`: all that a container does around its job."""

import os
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import NoReturn

from backroom.words import ExitCode
from backroom.worker.attempt import Attempt, Job
from backroom.worker.bucket import Bucket
from backroom.worker.checkpoint import Checkpoint
from backroom.worker.claim import Fence
from backroom.worker.declared import Items, declare
from backroom.worker.endings import Ending
from backroom.worker.handover import Handovers
from backroom.worker.heartbeat import Alarm, Departure
from backroom.worker.log import Log, trace
from backroom.worker.manifest import read_portion
from backroom.worker.member import Members, NoBucket
from backroom.worker.nodes import Node, Nodes, read_nodes, serve
from backroom.worker.outputs import Outputs, token
from backroom.worker.patience import Patience
from backroom.worker.portion import Portion
from backroom.worker.report import Reporter
from backroom.worker.settings import Settings, read_settings
from backroom.worker.signals import stop_on_signals
from backroom.worker.stores import open_bucket, open_tenant_bucket
from backroom.worker.tenancy import tenant_role
from backroom.worker.work import Work

LAST_WORDS_SECONDS = 4.0
"""How long S3 may refuse a checkpoint or the report of an attempt that ends.

With the 15 s that an item in hand may go on, a container is gone 19 s after SIGTERM; Batch sends SIGKILL after 30.
"""


IN_TIME_SECONDS = 60.0
"""How long before Batch's timeout a container stops by itself, where the job wants it."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a container gets from outside: so that a test can give it."""

    environment: Mapping[str, str]
    log: Log
    stop: threading.Event
    now: Callable[[], float] = time.time
    exit_now: Callable[[int], object] = os._exit


def run(job: Job, node: Node | None = None, items: Items | None = None, in_time: bool = False) -> NoReturn:
    """Run the job on this container's portion and leave, with an `ExitCode`.

    Of a multi-node Batch job the main node does so (`work.nodes` tells it of the others), and these run `node`.
    `items` gives those of a later stage, out of what an earlier one has handed over, instead of the manifest's.
    With `in_time` the container stops by itself, with its checkpoint, before Batch ends it for taking too long: the
    next attempt goes on. It is for work that may take longer than any attempt, and does not hang.
    """
    log = Log(_write_line, time.time)
    sys.exit(perform(job, Surroundings(os.environ, log, stop_on_signals()), node, items, in_time))


def perform(
    job: Job, around: Surroundings, node: Node | None = None, items: Items | None = None, in_time: bool = False
) -> ExitCode:
    """The same with everything given, and the exit code as an answer."""
    try:
        settings, nodes = read_settings(around.environment), read_nodes(around.environment)
    except Ending as ending:
        return _refused(ending, around.log)
    departure = Departure(
        lambda: around.exit_now(ExitCode.TRY_AGAIN), around.stop, settings.stop_seconds + LAST_WORDS_SECONDS
    )
    departure.start()
    alarm = Alarm(around.stop, in_time_seconds(settings.timeout_seconds) if in_time else None)
    alarm.start()
    try:
        if not nodes.is_main:
            return serve(node, nodes, around.stop, around.log.bind(**_of_run(settings)))
        return _attempt(job, settings, nodes, around, items)
    finally:
        alarm.cancel()
        departure.cancel()


def _attempt(job: Job, settings: Settings, nodes: Nodes, around: Surroundings, items: Items | None) -> ExitCode:
    try:
        attempt = _prepare(settings, nodes, around, items)
    except Ending as ending:
        return _refused(ending, around.log)
    except Exception as error:
        around.log.fatal(f"the worker failed before its job began: {error}", traceback=trace(error))
        return ExitCode.BUG
    return attempt.run(job) if attempt else ExitCode.DONE


def _refused(ending: Ending, log: Log) -> ExitCode:
    log.fatal(str(ending), ending=type(ending).__name__, exit_code=int(ending.exit_code))
    return ending.exit_code


def _prepare(settings: Settings, nodes: Nodes, around: Surroundings, items: Items | None) -> Attempt | None:
    """Read the portion and claim it; None if it is done already. Raises endings, and what `items` raises."""
    started_at = around.now()
    patience = Patience(around.stop.wait)
    runs = open_bucket(settings.bucket, settings.aws, patience, around.environment)
    portion = read_portion(runs, settings.layout, settings.wave, settings.entry)
    log = around.log.bind(**_identity(settings, portion))
    reporter = Reporter(runs, settings, portion)
    begin = partial(_work, settings, portion, runs, patience, log, around, nodes)
    # What is declared has to be known before the claim: the digest in the checkpoint is over it.
    declared = declare(begin(), items) if items else None
    portion = declared.portion if declared else portion
    claimed = Fence(runs, settings.layout, portion, settings.wave, settings.attempt, log).claim()
    if isinstance(claimed, Checkpoint):
        reporter.publish(claimed)
        log.info("portion is done already: its checkpoint is sealed", key=reporter.result_key)
        return None
    work = declared or begin()
    before = claimed.before
    if before:
        work.progress.restore(before.tally, portion.items)
    log.info("portion started", items=len(portion.items), done_before=before.tally.items if before else None)
    last_words = Patience(_sleep, seconds=LAST_WORDS_SECONDS)
    return Attempt(settings, work, claimed, reporter, around.now, around.exit_now, last_words, started_at)


def _work(
    settings: Settings,
    portion: Portion,
    runs: Bucket,
    patience: Patience,
    log: Log,
    around: Surroundings,
    nodes: Nodes,
) -> Work:
    layout = settings.layout
    open_as = partial(_open_as, settings, portion, patience, around)
    tenant = NoBucket() if portion.members else open_as(portion.tenant, portion.bucket)
    outputs = Outputs(tenant, token(layout.run, settings.wave, settings.attempt), portion.fingerprint, layout.stage)
    handovers = Handovers(replace(outputs, bucket=runs), layout, portion)
    tolerance = settings.item_tolerance if portion.item_tolerance is None else portion.item_tolerance
    members = Members(portion, outputs, open_as) if portion.members else None
    return Work(portion, tenant, outputs, handovers, log, around.stop, tolerance, members=members, nodes=nodes)


def _open_as(
    settings: Settings, portion: Portion, patience: Patience, around: Surroundings, tenant: str, bucket: str
) -> Bucket:
    """A tenant's bucket, with a session of that tenant's if there is a role for tenants."""
    if settings.tenant_role_arn is None:
        return open_bucket(bucket, settings.aws, patience, around.environment)
    role = tenant_role(settings.tenant_role_arn, tenant, settings.layout.run, portion.portion)
    return open_tenant_bucket(bucket, settings.aws, patience, role, around.environment)


def _identity(settings: Settings, portion: Portion) -> dict[str, object]:
    return {**_of_run(settings), "portion": portion.portion, "tenant": portion.tenant}


def _of_run(settings: Settings) -> dict[str, object]:
    return {
        "run": settings.layout.run,
        "job": settings.layout.job,
        "wave": settings.wave,
        "attempt": settings.attempt,
        "batch_job_id": settings.batch_job_id,
    }


def in_time_seconds(timeout: float | None) -> float | None:
    """When a container stops by itself, in seconds from its start; None: never. Of a short timeout half is worked."""
    return None if timeout is None else max(timeout - IN_TIME_SECONDS, timeout / 2)


def _sleep(seconds: float) -> bool:
    time.sleep(seconds)
    return False


def _write_line(line: bytes) -> None:
    sys.stdout.buffer.write(line)
    sys.stdout.buffer.flush()
