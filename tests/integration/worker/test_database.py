"""Effects in a database: of any attempts in any order, an item's effect is committed once a version."""

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from functools import partial
from pathlib import Path
from typing import Any, cast

import psycopg
import pytest
from backroom.layout import RunLayout
from backroom.worker.bucket import Bucket
from backroom.worker.database import Connection, create_tables, fence, is_new
from backroom.worker.endings import Superseded, WrongSetup
from backroom.worker.handover import Handovers
from backroom.worker.log import Log
from backroom.worker.outputs import Outputs, token
from backroom.worker.portion import Item, Portion
from backroom.worker.work import Work

from tests import postgres

RUN, NEXT = "stock-20261127T180000Z-0001", "stock-20261127T190000Z-0002"
Connect = Callable[[], Any]


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """A PostgreSQL server."""
    programs = postgres.binaries()
    if programs is None:
        pytest.skip("there is no PostgreSQL server here: install the package postgresql")
    with postgres.server(programs) as address:
        yield address


@pytest.fixture(params=["sqlite", "postgresql"])
def connect(request: pytest.FixtureRequest, tmp_path: Path) -> Connect:
    """Opens connections to a database with a counter of each item's effects."""
    if request.param == "sqlite":
        opened: Connect = partial(sqlite3.connect, tmp_path / "stock.db", timeout=30)
    else:
        opened = partial(psycopg.connect, request.getfixturevalue("server"))
    with closing(opened()) as connection:
        for table in ("backroom_fence", "backroom_effects", "stock"):
            connection.execute(f"DROP TABLE IF EXISTS {table}")
        create_tables(connection)
        create_tables(connection)
        connection.execute("CREATE TABLE stock (item TEXT PRIMARY KEY, effects INTEGER NOT NULL)")
        connection.commit()
    return opened


def work_of(run: str, wave: int, attempt: int, number: int = 7, version: str = "v1", **more: Any) -> Work:
    """The work of an attempt at a portion of two items."""
    items = tuple(Item(index, id_, version, 1) for index, id_ in enumerate("ab"))
    portion = Portion(number, "t", "b", "", {}, "0" * 12, items, 1.0, "0" * 12, **more)
    outputs = Outputs(cast("Bucket", None), token(run, wave, attempt), portion.fingerprint)
    handovers = Handovers(outputs, RunLayout("stock", run), portion)
    log, stop = Log(lambda _: None, lambda: 0.0), threading.Event()
    return Work(portion, cast("Bucket", None), outputs, handovers, log, stop, 0.0)


def count(connection: Any, item: str) -> None:
    """Have an item's effect, which shows if it is had twice."""
    statement = "INSERT INTO stock VALUES (?, 1) ON CONFLICT (item) DO UPDATE SET effects = stock.effects + 1"
    mark = "?" if isinstance(connection, sqlite3.Connection) else "%s"
    connection.execute(statement.replace("?", mark), (item,))


def effect(connection: Any, work: Work) -> None:
    """The items' effects, those that have not been."""
    for item in work.items():
        if is_new(connection, work, item):
            count(connection, item.id)


def do(connect: Connect, work: Work) -> None:
    """One attempt's transaction."""
    with closing(connect()) as connection, connection:
        fence(connection, work)
        effect(connection, work)


def effects(connect: Connect) -> dict[str, int]:
    """How often each item had its effect."""
    with closing(connect()) as connection:
        return dict(connection.execute("SELECT item, effects FROM stock").fetchall())


def test_a_repeated_item_has_its_effect_once_and_a_changed_one_again(connect: Connect) -> None:
    for attempt in (1, 2, 2):
        do(connect, work_of(RUN, 1, attempt))
    do(connect, work_of(NEXT, 1, 1, number=3))
    assert effects(connect) == {"a": 1, "b": 1}
    do(connect, work_of(NEXT, 2, 1, number=3, version="v2"))
    assert effects(connect) == {"a": 2, "b": 2}


@pytest.mark.parametrize(
    "later",
    [
        {"wave": 1, "attempt": 2},
        {"wave": 2, "attempt": 1},
        {"wave": 2, "attempt": 1, "number": 9, "forebears": (8, 7)},
        {"run": NEXT, "wave": 1, "attempt": 1, "homes": (RUN,)},
    ],
    ids=["attempt", "wave", "part", "resume"],
)
def test_a_zombie_commits_nothing_after_its_successor(connect: Connect, later: dict[str, Any]) -> None:
    successor, zombie = work_of(**{"run": RUN, **later}), work_of(RUN, 1, 1, version="older")
    with closing(connect()) as connection, connection:
        fence(connection, successor)
    with pytest.raises(Superseded):
        do(connect, zombie)
    do(connect, successor)
    assert effects(connect) == {"a": 1, "b": 1}


def test_parts_of_a_split_do_not_fence_each_other(connect: Connect) -> None:
    do(connect, work_of(RUN, 2, 1, number=9, forebears=(7,)))
    do(connect, work_of(RUN, 2, 3, number=10, forebears=(7,)))
    do(connect, work_of(RUN, 2, 1, number=9, forebears=(7,)))


def test_an_older_version_does_not_come_after_a_later_run(connect: Connect) -> None:
    do(connect, work_of(NEXT, 1, 1, version="v2"))
    with pytest.raises(Superseded, match="item a was done in another version"):
        do(connect, work_of(RUN, 1, 1, version="v1"))


@pytest.mark.parametrize("fenced", [True, False])
def test_a_zombie_in_the_middle_of_its_transaction_never_doubles_an_effect(connect: Connect, fenced: bool) -> None:
    """Attempts at once: one waits for the other. Without the fence all count, which shows that the test can tell."""
    zombie, successor = work_of(RUN, 1, 1), work_of(RUN, 1, 2)

    def attempt(work: Work) -> None:
        with suppress(Superseded), closing(connect()) as connection, connection:
            if fenced:
                fence(connection, work)
                effect(connection, work)
            else:
                for item in "ab":
                    count(connection, item)

    crew = [threading.Thread(target=attempt, args=(work,)) for work in (zombie, successor, zombie, successor)]
    for thread in crew:
        thread.start()
    for thread in crew:
        thread.join(60)
    assert effects(connect) == dict.fromkeys("ab", 1 if fenced else 4)


def test_a_rolled_back_effect_is_still_to_be_done(connect: Connect) -> None:
    with suppress(ZeroDivisionError), closing(connect()) as connection, connection:
        fence(connection, work_of(RUN, 1, 1))
        effect(connection, work_of(RUN, 1, 1))
        raise ZeroDivisionError
    assert effects(connect) == {}
    do(connect, work_of(RUN, 1, 1))
    assert effects(connect) == {"a": 1, "b": 1}


def test_a_driver_of_another_style_is_refused() -> None:
    with pytest.raises(WrongSetup, match="marks parameters in the style 'unknown'"):
        fence(cast("Connection", object()), work_of(RUN, 1, 1))
