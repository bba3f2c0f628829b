"""Effects in a database: the same fence as around outputs, inside the transaction that has the effect.

    with connection:                           # a transaction
        fence(connection, work)                # first: from here on nobody but this attempt may commit for this portion
        for item in work.items():
            with work.item(item):
                if is_new(connection, work, item):
                    connection.execute("UPDATE stock SET ...")

`fence` alone is enough for effects that may be repeated (an upsert); `is_new` makes any effect happen once a version of
its item. Both are for DB-API connections (PEP 249) to databases that know `INSERT ... ON CONFLICT`: SQLite, PostgreSQL.
"""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from backroom.worker.endings import Superseded, WrongSetup
from backroom.worker.outputs import Stamp, Token, Verdict, judge
from backroom.worker.portion import Item
from backroom.worker.work import Work

_FENCE = """CREATE TABLE IF NOT EXISTS backroom_fence (
    portion TEXT PRIMARY KEY, started TEXT NOT NULL, run TEXT NOT NULL, wave INTEGER NOT NULL, attempt INTEGER NOT NULL,
    noted_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP)"""
_EFFECTS = """CREATE TABLE IF NOT EXISTS backroom_effects (
    effect TEXT PRIMARY KEY, source TEXT NOT NULL,
    started TEXT NOT NULL, run TEXT NOT NULL, wave INTEGER NOT NULL, attempt INTEGER NOT NULL)"""
_TAKE = """INSERT INTO backroom_fence (portion, started, run, wave, attempt) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (portion) DO UPDATE SET
        started = excluded.started, run = excluded.run, wave = excluded.wave, attempt = excluded.attempt
    WHERE (backroom_fence.started, backroom_fence.run, backroom_fence.wave, backroom_fence.attempt)
        <= (excluded.started, excluded.run, excluded.wave, excluded.attempt)"""
_HELD = "SELECT 1 FROM backroom_fence WHERE portion = ? AND (started, run, wave, attempt) = (?, ?, ?, ?)"
_NOTE = """INSERT INTO backroom_effects (effect, source, started, run, wave, attempt) VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT (effect) DO NOTHING"""
_LOCK = "UPDATE backroom_effects SET attempt = attempt WHERE effect = ?"
_READ = "SELECT source, started, run, wave, attempt FROM backroom_effects WHERE effect = ?"
_STAMP = "UPDATE backroom_effects SET source = ?, started = ?, run = ?, wave = ?, attempt = ? WHERE effect = ?"
_MARKS = {"qmark": "?", "format": "%s", "pyformat": "%s"}


class Connection(Protocol):
    """What is needed of a DB-API connection (PEP 249)."""

    def cursor(self) -> Any:
        """A new cursor."""


def create_tables(connection: Connection) -> None:
    """Make the two tables if they are not there. For a migration, not for every container. Raises what the driver does.

    `backroom_fence` grows by a row a portion; rows whose `noted_at` is older than any run can be are deleted at will.
    """
    database = _Database.of(connection)
    for statement in (_FENCE, _EFFECTS):
        database.execute(statement)


def fence(connection: Connection, work: Work) -> None:
    """Let no earlier attempt at this portion commit after this; to be called first in each transaction.

    Raises Superseded if a later attempt has done so (the transaction has to be rolled back, as it is when that leaves
    its block), WrongSetup for a driver that is not known, and what the driver raises.
    """
    database, token = _Database.of(connection), work.outputs.token
    if database.execute(_TAKE, (_key(work, work.portion.portion), *_columns(token))).rowcount == 0:
        raise Superseded(f"the database has a later attempt at portion {work.portion.portion}: {token} gives way")
    for forebear in _forebears(work, token):
        # Parts of one split share this row; it is written once, so that they need not wait for each other.
        if database.execute(_HELD, forebear).fetchone() is None and database.execute(_TAKE, forebear).rowcount == 0:
            raise Superseded(f"the database has a later wave of what portion {work.portion.portion} was cut from")


def is_new(connection: Connection, work: Work, item: Item) -> bool:
    """Note, in this transaction, that the item has its effect; False if it has it already, in this version.

    The rule is that of outputs. Raises Superseded if a later run has noted another version, and as `fence`.
    """
    database, mine, source = _Database.of(connection), work.outputs.token, work.outputs.source(item)
    effect = "/".join((work.handovers.layout.job, work.outputs.stage, work.portion.tenant, item.id))
    if database.execute(_NOTE, (effect, source, *_columns(mine))).rowcount:
        return True
    database.execute(_LOCK, (effect,))
    noted, *columns = database.execute(_READ, (effect,)).fetchone()
    verdict = judge(Stamp(Token(*columns), noted), mine, source)
    if verdict is Verdict.SUPERSEDED:
        raise Superseded(f"item {item.id} was done in another version by {Token(*columns)}: {mine} gives way")
    if verdict is Verdict.REPLACE:
        database.execute(_STAMP, (source, *_columns(mine), effect))
    return bool(noted != source)


def _forebears(work: Work, token: Token) -> Iterator[tuple[str, str, str, int, int]]:
    """What is to be noted of the portions that this one was cut from: that their wave is over."""
    over = replace(token, attempt=0)
    for number in work.portion.forebears:
        yield _key(work, number), *_columns(over)


def _key(work: Work, number: int) -> str:
    """One for a portion and all who resume it: a run's zombies are fenced off by the run that goes on from it."""
    layout = work.handovers.layout
    return "/".join((layout.job, (layout.run, *work.portion.homes)[-1], work.outputs.stage, str(number)))


def _columns(token: Token) -> tuple[str, str, int, int]:
    return token.started, token.run, token.wave, token.attempt


@dataclass(frozen=True, slots=True)
class _Database:
    """A connection and how its driver marks parameters."""

    connection: Connection
    mark: str

    @classmethod
    def of(cls, connection: Connection) -> "_Database":
        driver = type(connection).__module__.partition(".")[0]
        style = getattr(sys.modules.get(driver), "paramstyle", "unknown")
        if style not in _MARKS:
            raise WrongSetup(f"{driver} marks parameters in the style {style!r}; those known are: {', '.join(_MARKS)}")
        return cls(connection, _MARKS[style])

    def execute(self, statement: str, parameters: Sequence[object] = ()) -> Any:
        """The cursor after the statement."""
        cursor = self.connection.cursor()
        cursor.execute(statement.replace("?", self.mark), parameters)
        return cursor
