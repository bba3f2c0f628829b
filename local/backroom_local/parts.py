"""The parts that the twin is put together from: executor of containers, host of functions, simulator of Batch."""

from collections.abc import Callable
from typing import Any, Protocol

from backroom_local.clients import Clients
from backroom_local.server.functions import Invocation
from backroom_local.server.wsgi import Application
from backroom_local.settings import TwinSettings
from backroom_local.template.resource import FunctionSource

Publish = Callable[[dict[str, Any]], None]


class Functions(Protocol):
    """Runs Lambda functions."""

    def register(self, function: FunctionSource) -> None:
        """Run a function from this source from now on."""

    def invoke(self, name: str, payload: bytes, invocation_type: str) -> Invocation:
        """Invoke a function; KeyError for one that is not registered."""

    def close(self) -> None:
        """End its processes."""


class Batch(Protocol):
    """Answers Batch's API and runs its jobs."""

    @property
    def wsgi(self) -> Application:
        """Its API."""

    def close(self) -> None:
        """Stop its jobs and keep its state."""


class Parts(Protocol):
    """Makes the parts."""

    def functions(self, settings: TwinSettings, clients: Clients) -> Functions:
        """Make the function host."""

    def batch(self, settings: TwinSettings, clients: Clients, publish: Publish) -> Batch:
        """Make the Batch simulator with its executor."""
