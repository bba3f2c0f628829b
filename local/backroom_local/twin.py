"""The twin, put together: one process that answers for AWS on one loopback port."""

import os
import threading
import uuid
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

from backroom_local import moto_seams
from backroom_local.clients import Clients
from backroom_local.engine import gaps
from backroom_local.engine.hooks import Hooks, JobEndings
from backroom_local.engine.status import status_event
from backroom_local.keeping.keeper import FILE, Keeper
from backroom_local.parts import Parts
from backroom_local.process import Running
from backroom_local.rules.dispatch import Dispatcher
from backroom_local.rules.event import Event
from backroom_local.rules.rates import EventRates
from backroom_local.rules.sources import QueueSources
from backroom_local.rules.targets import Reach
from backroom_local.rules.trouble import Trouble
from backroom_local.schedules.ticker import Ticker
from backroom_local.server.front import Front
from backroom_local.server.functions import application as functions_application
from backroom_local.server.listener import Listener
from backroom_local.server.own import Own
from backroom_local.server.wsgi import Environ, StartResponse
from backroom_local.settings import ACCOUNT, TwinSettings
from backroom_local.template.expand import Deployment, expand
from backroom_local.template.resource import Site
from backroom_local.template.stack import Stack

if TYPE_CHECKING:
    from backroom_local.access.acting import Acting
    from backroom_local.access.guard import Guard

Progress = Callable[[str], None]


class Twin:
    """A running twin. moto's state belongs to the process, so there is one in a process at a time."""

    def __init__(self, settings: TwinSettings, parts: Parts, ending: threading.Event) -> None:
        """Take the port and begin to answer; `apply` applies the template. OSError when the port is taken.

        `ending` is set when somebody asks the twin over HTTP to end.
        """
        self.settings, self._ending = settings, ending
        self.stack: Stack | None = None
        self._endings = JobEndings()
        self._applying = threading.Lock()
        self._keeper = _keeper(settings)
        moto_seams.configure(settings.enforce_iam)
        listener = Listener(settings.port)
        self.url, self._port = listener.url, listener.port
        self.clients = Clients(self.url, settings.region)
        self._functions = parts.functions(settings, self.clients)
        acting = _acting(self.clients) if settings.enforce_iam else None
        reach = Reach(self.clients.get, self._functions.invoke, acting.reach if acting else None)
        self._dispatcher = Dispatcher(self._rules, reach, Trouble(settings.rates_of(EventRates), settings.seed))
        self._ticker = Ticker(self._schedules, reach, lambda: datetime.now(UTC))
        self._sources = QueueSources(self._queue_sources, reach)
        self._install(acting.engine if acting else self.clients.engine)
        self._guard = self._guarded() if settings.enforce_iam else None
        listener.serve(self._guard or self._front())
        if self._keeper:
            self._keeper.restore_content(self.clients.get("dynamodb"))
        self._batch = parts.batch(settings, self.clients, self._publish)
        self._ticker.start()
        self._sources.start()
        self._listener = listener

    def apply(self, progress: Progress = lambda _name: None) -> list[str]:
        """Apply the template, or what was edited in it since; gives what changed. Raises TemplateError."""
        with self._applying:
            return self._apply(progress)

    def _apply(self, progress: Progress) -> list[str]:
        """Apply the template; nobody else does at the same time."""
        settings = self.settings
        deployment = Deployment(settings.template, settings.environment, ACCOUNT, settings.region, settings.parameters)
        expanded = expand(deployment, settings.state_dir / "templates")
        first = self.stack is None
        if self.stack is None:
            site = Site(
                expanded.stack,
                ACCOUNT,
                settings.region,
                settings.project,
                self.clients.get,
                self._functions,
                enforce_iam=settings.enforce_iam,
            )
            self.stack = Stack(site)
        changed = self.stack.apply(expanded, progress)
        if first and self._keeper:
            for execution in self._keeper.restore_executions():
                self._status_changed(execution, "ABORTED")
        return changed

    def health(self) -> dict[str, Any]:
        """Say whether the template is applied."""
        ready = self.stack is not None and bool(self.stack.resources)
        return {"status": "ready" if ready else "starting", **asdict(self.running())}

    def running(self) -> Running:
        """Say where this twin answers."""
        settings = self.settings
        return Running(os.getpid(), self._port, self.url, settings.region, str(settings.template.resolve()))

    def outputs(self) -> dict[str, str]:
        """Give the stack's outputs."""
        return dict(self.stack.outputs) if self.stack else {}

    def forward(self, seconds: float) -> list[str]:
        """Set the clock of the schedules forward; gives the ARNs of the schedules that fired, in order."""
        return self._ticker.forward(seconds)

    def access(self) -> dict[str, Any]:
        """Give what was called by whom, allowed and denied (access/ledger.py), when policies are enforced."""
        return {"enforced": self._guard is not None, "callers": self._guard.report() if self._guard else {}}

    def stop(self) -> dict[str, str]:
        """Ask the twin to end; who waits for that closes it."""
        self._ending.set()
        return {"status": "stopping"}

    def _own(self) -> Own:
        """Give the twin's own interface."""
        return Own(
            reads={
                "access": lambda _query: self.access(),
                "health": lambda _query: self.health(),
                "outputs": lambda _query: self.outputs(),
            },
            writes={
                "apply": lambda _query: self.apply(),
                "forward": lambda query: self.forward(float(query["seconds"])),
                "stop": lambda _query: self.stop(),
            },
        )

    def close(self) -> None:
        """End all that the twin started: first who calls it, then what answers."""
        parts = (
            self._batch,
            self._sources,
            self._functions,
            self._listener,
            self._ticker,
            self._dispatcher,
            self._keeper,
        )
        with ExitStack() as closing:
            for part in reversed(parts):
                if part is not None:
                    closing.callback(part.close)

    def _front(self) -> Front:
        """Put moto behind the twin's own parts."""
        moto = DomainDispatcherApplication(create_backend_app)
        functions = functions_application(self._functions.invoke)
        wrote = self._keeper.wrote if self._keeper else _nothing
        return Front(moto, self._answer_batch, functions, self._own(), wrote)

    def _guarded(self) -> "Guard":
        """Put the twin behind the policies of its template; what enforces them is imported only then."""
        from backroom_local.access.arns import Place
        from backroom_local.access.directory import Directory, leave_buckets_to_the_guard
        from backroom_local.access.guard import Guard

        leave_buckets_to_the_guard()
        directory = Directory(ACCOUNT, self.settings.region)
        place = Place(self.settings.region, ACCOUNT, directory.resolve)
        return Guard(self._front(), directory, place, lambda: datetime.now(UTC))

    def _answer_batch(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Let Batch answer; it begins when what was kept is back."""
        return self._batch.wsgi(environ, start_response)

    def _install(self, engine_client: Callable[[str, str, str | None], Any]) -> None:
        """Put the twin's own parts where moto calls its own."""
        gaps.install(Hooks(engine_client, self._status_changed, self._endings))
        moto_seams.take_functions(self._functions.invoke)
        moto_seams.take_queue_sources()
        moto_seams.quicken_queues()
        moto_seams.shorten_items()
        moto_seams.take_events(self._dispatcher.put)

    def _rules(self, bus: str) -> Any:
        """Give the rules of a bus."""
        return moto_seams.rules(ACCOUNT, self.settings.region, bus)

    def _schedules(self) -> Any:
        """Give the schedules."""
        return moto_seams.schedules(ACCOUNT, self.settings.region)

    def _queue_sources(self) -> Any:
        """Give the mappings of queues to functions."""
        return moto_seams.queue_sources(ACCOUNT, self.settings.region)

    def _publish(self, event: Event) -> None:
        """Take an event of Batch: it may end somebody's waiting, and rules may want it."""
        detail = event.get("detail", {})
        if detail.get("status") in ("SUCCEEDED", "FAILED"):
            self._endings.ended(detail["jobId"])
        self._dispatcher.put(event)

    def _status_changed(self, execution: Any, status: str) -> None:
        """Keep an execution and tell the rules of its status."""
        if self._keeper:
            self._keeper.execution_changed(execution, status)
        now = datetime.now(UTC)
        self._dispatcher.put(status_event(execution, status, (ACCOUNT, self.settings.region), str(uuid.uuid4()), now))


def _keeper(settings: TwinSettings) -> Keeper | None:
    """Open what is kept in the state's folder, empty if it shall be fresh; None when nothing is kept."""
    if not settings.keep:
        return None
    if settings.fresh:
        for path in settings.state_dir.glob("*.sqlite*"):
            path.unlink()
    return Keeper(settings.state_dir / FILE, ACCOUNT, settings.region)


def _acting(clients: Clients) -> "Acting":
    """Give what acts as roles and services."""
    from backroom_local.access.acting import Acting

    return Acting(clients)


def _nothing(_service: str, _environ: Any, _body: bytes) -> None:
    """Keep nothing."""
