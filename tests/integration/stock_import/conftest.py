"""A cloud for the job, and a PostgreSQL."""

from tests.integration.catalogue.conftest import dsn
from tests.integration.worker.conftest import _server, cloud

__all__ = ["_server", "cloud", "dsn"]
