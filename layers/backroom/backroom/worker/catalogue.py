"""The catalogue of a portion's tenant: in PostgreSQL where the tenant's parameters say so, else in its bucket."""

import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from backroom.catalogue.bucket_file import FILE, BucketCatalogue
from backroom.catalogue.database import Catalogue, Fence
from backroom.errors import CatalogueBusyError
from backroom.worker.bucket import Bucket
from backroom.worker.database import create_tables, fence
from backroom.worker.endings import BadParams, Outage, WrongSetup
from backroom.worker.member import Member
from backroom.worker.work import Work

T = TypeVar("T")

DATABASE = "BACKROOM_DATABASE"
"""The variable with PostgreSQL's DSN; Batch sets it from Secrets Manager, so it is in no event and no definition."""
_TRIES = 5
_ATTRIBUTES = {"Content-Type": "application/vnd.sqlite3"}


@dataclass(frozen=True, slots=True)
class _File:
    """The file in the tenant's bucket; implements backroom.catalogue.bucket_file.Storage."""

    bucket: Bucket
    key: str

    def load(self) -> tuple[bytes, str] | None:
        try:
            body, etag = self.bucket.get_with_etag(self.key)
        except FileNotFoundError:
            return None
        return body, etag or ""

    def store(self, body: bytes, etag: str | None) -> bool:
        return self.bucket.put_if(self.key, body, _ATTRIBUTES, etag)


@contextmanager
def tenant_catalogue(work: Work, environment: Mapping[str, str] = os.environ) -> Iterator[Catalogue]:
    """Give the catalogue of the portion's tenant, of the kind that its parameter `catalogue` names.

    Raises BadParams for another kind, WrongSetup if there is no DSN for PostgreSQL, Outage if that does not answer or
    breaks off while the catalogue is used, and psycopg's other errors.
    """
    portion = work.portion
    owner = Member(portion.tenant, work.tenant, portion.prefix, portion.params, work.outputs)
    with member_catalogue(owner, environment) as found:
        yield found


@contextmanager
def member_catalogue(member: Member, environment: Mapping[str, str] = os.environ) -> Iterator[Catalogue]:
    """Give the catalogue of a tenant that shares a portion with others. Raises as `tenant_catalogue`."""
    kind = member.params.get("catalogue", "sqlite")
    if kind == "sqlite":
        yield BucketCatalogue(member.tenant, _File(member.bucket, f"{member.prefix}{FILE}"))
    elif kind == "postgres":
        with _postgres(member.tenant, environment) as found:
            yield found
    else:
        raise BadParams(f"the tenant's parameter catalogue is {kind!r}: it must be sqlite or postgres")


@contextmanager
def changing_catalogue(work: Work, environment: Mapping[str, str] = os.environ) -> Iterator[tuple[Catalogue, Fence]]:
    """Give the catalogue, its schema brought to date, and the fence of this attempt for its transactions.

    Raises as `tenant_catalogue`.
    """
    with tenant_catalogue(work, environment) as catalogue:
        if isinstance(catalogue, BucketCatalogue):
            yield catalogue, partial(_fence_of_file, work)
        else:
            _bring_to_date(environment[DATABASE])
            yield catalogue, partial(_fence, work)


def patiently(change: Callable[[], T]) -> T:
    """Make a change of a catalogue; anew, up to five times in all, where another writer has replaced its file.

    Raises CatalogueBusyError if another one was always faster, and what the change raises.
    """
    for number in range(1, _TRIES):
        try:
            return change()
        except CatalogueBusyError:
            time.sleep(number)
    return change()


def _fence(work: Work, connection: Any) -> None:
    fence(connection, work)


def _fence_of_file(work: Work, connection: Any) -> None:
    create_tables(connection)
    fence(connection, work)


def _bring_to_date(dsn: str) -> None:
    """Migrate a PostgreSQL; of several containers that begin at once, one does."""
    import psycopg

    from backroom.catalogue import postgres

    postgres.migrate(dsn)
    with psycopg.connect(dsn) as connection:
        connection.execute("SELECT pg_advisory_xact_lock(hashtext('backroom_fence'))")
        create_tables(connection)


@contextmanager
def _postgres(tenant: str, environment: Mapping[str, str]) -> Iterator[Catalogue]:
    # Imported here: most containers have no need of psycopg, and their images do not have it.
    import psycopg

    from backroom.catalogue.postgres import PostgresCatalogue

    dsn = environment.get(DATABASE)
    if not dsn:
        raise WrongSetup(f"{DATABASE} is not set: name the secret with the DSN in the job's definition")
    try:
        with psycopg.connect(dsn, autocommit=True) as connection:
            yield PostgresCatalogue(tenant, connection)
    except psycopg.OperationalError as error:
        raise Outage(f"the database does not answer: {str(error).splitlines()[0]}") from error
