"""The simulator's state in SQLite, so that it survives a crash of the process.

Every turn of the driver is one transaction, committed before anything is answered, told or started. `synchronous=OFF`
leaves the writing to the operating system: a SIGKILL loses nothing, a power failure may.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import asdict, astuple
from pathlib import Path
from typing import Any

from backroom_local.batch.account import Account
from backroom_local.batch.catalog import Catalog, Definition
from backroom_local.batch.core.effects import Changed, Effect
from backroom_local.batch.core.records import Attempt, Consumable, Job
from backroom_local.batch.core.restoring import ITSELF, Saved
from backroom_local.batch.core.words import Status

SCHEMA = """
CREATE TABLE IF NOT EXISTS documents (kind TEXT, name TEXT, body TEXT, PRIMARY KEY (kind, name)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS jobs
    (place INTEGER PRIMARY KEY, id TEXT UNIQUE, created INTEGER, definition TEXT, request TEXT);
CREATE TABLE IF NOT EXISTS states (id TEXT, member INTEGER, body TEXT, PRIMARY KEY (id, member)) WITHOUT ROWID;
"""
KINDS = ("environments", "queues", "policies", "consumables", "tags")


class Store:
    """One file. Used by the driver's thread once it runs."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=OFF")
        self._db.executescript(SCHEMA)

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def record(self, account: Account, effects: Iterable[Effect]) -> None:
        """Write down what changed, in one transaction."""
        changed = list(dict.fromkeys(effect.job for effect in effects if isinstance(effect, Changed)))
        if not changed and not account.changed:
            return
        self._db.execute("BEGIN")
        if account.changed:
            self._put_catalog(account.catalog)
            account.changed = False
        if account.catalog.consumables:
            self._put_consumables(account.scheduler.world.consumables.values())
        new = (job for job in changed if job.parent is None)
        self._db.executemany("INSERT OR IGNORE INTO jobs VALUES (NULL, ?, ?, ?, ?)", _submissions(account, new))
        self._db.executemany("INSERT OR REPLACE INTO states VALUES (?, ?, ?)", map(_state, changed))
        self._db.execute("COMMIT")

    def load_catalog(self) -> Catalog:
        """All documents."""
        catalog = Catalog()
        for kind, name, body in self._db.execute("SELECT kind, name, body FROM documents"):
            if kind in KINDS:
                getattr(catalog, kind)[name] = json.loads(body)
        for definition in sorted(self._definitions(), key=lambda one: one.revision):
            catalog.add_definition(definition)
        return catalog

    def load_consumables(self) -> list[Consumable]:
        """Totals, and what non-replenishable resources have used up."""
        rows = self._db.execute("SELECT body FROM documents WHERE kind = 'quantities'")
        return [Consumable(**json.loads(body)) for (body,) in rows]

    def load_jobs(self) -> Iterator[tuple[str, int, str, dict[str, Any], dict[int, Saved]]]:
        """Id, time of creation, definition, request and states of every job, in the order of submission."""
        rows = self._db.execute("SELECT id, created, definition, request FROM jobs ORDER BY place").fetchall()
        for job_id, created, definition, request in rows:
            states = self._db.execute("SELECT member, body FROM states WHERE id = ?", (job_id,))
            yield job_id, created, definition, json.loads(request), {one: _saved(body) for one, body in states}

    def _put_catalog(self, catalog: Catalog) -> None:
        rows = [(kind, name, json.dumps(body)) for kind in KINDS for name, body in getattr(catalog, kind).items()]
        revisions = (one for every in catalog.definitions.values() for one in every)
        rows += [("definitions", one.key, json.dumps(asdict(one))) for one in revisions]
        self._db.execute("DELETE FROM documents WHERE kind <> 'quantities'")
        self._db.executemany("INSERT INTO documents VALUES (?, ?, ?)", rows)

    def _put_consumables(self, resources: Iterable[Consumable]) -> None:
        rows = [("quantities", one.name, json.dumps({**asdict(one), "held": 0})) for one in resources]
        self._db.executemany("INSERT OR REPLACE INTO documents VALUES (?, ?, ?)", rows)

    def _definitions(self) -> list[Definition]:
        rows = self._db.execute("SELECT body FROM documents WHERE kind = 'definitions'")
        return [Definition(**json.loads(body)) for (body,) in rows]


def _submissions(account: Account, jobs: Iterable[Job]) -> Iterator[tuple[str, int, str, str]]:
    for job in jobs:
        submission = account.submissions[job.key]
        yield job.key, job.created, submission.definition.key, json.dumps(submission.request)


def _state(job: Job) -> tuple[str, int, str]:
    member = ITSELF if job.parent is None else job.index
    saved = Saved.of(job)
    fields = [getattr(saved, name) for name in Saved.__dataclass_fields__ if name != "attempts"]
    return job.root.key, member, json.dumps([fields, [astuple(one) for one in saved.attempts]])


def _saved(body: str) -> Saved:
    fields, ended = json.loads(body)
    names = [name for name in Saved.__dataclass_fields__ if name != "attempts"]
    values = dict(zip(names, fields, strict=True))
    values["status"] = Status(values["status"])
    return Saved(**values, attempts=tuple(Attempt(*one) for one in ended))
