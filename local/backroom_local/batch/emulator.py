"""The Batch simulator, put together: scheduler, driver, API, events."""

from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any

from backroom_local.batch.account import Account
from backroom_local.batch.api.application import Api
from backroom_local.batch.core.effects import Effect
from backroom_local.batch.core.restoring import resume
from backroom_local.batch.core.scheduler import Scheduler
from backroom_local.batch.drivers.real import RealDriver, steady_clock
from backroom_local.batch.keeping import Store
from backroom_local.batch.launching import launch
from backroom_local.batch.names import Names
from backroom_local.batch.recovery import recover
from backroom_local.batch.settings import BatchSettings
from backroom_local.batch.telling import Teller
from backroom_local.execution.interface import Executor

FILE = "batch.sqlite"


class BatchEmulator:
    """AWS Batch for one account and region. `wsgi` answers its API; `publish` gets its events, complete, one by one.

    `state_dir`, if given, keeps everything across a crash: what ended stays ended, what ran counts as lost with its
    host.
    """

    def __init__(
        self,
        *,
        account: str,
        region: str,
        executor: Executor,
        publish: Callable[[dict[str, Any]], None],
        settings: BatchSettings,
        state_dir: Path | None = None,
    ) -> None:
        scheduler = Scheduler(settings.delays, settings.rates, settings.seed)
        self._account = Account(Names(account, region), scheduler, settings.host_vcpus)
        self._executor = executor
        self._teller = Teller(self._account, publish)
        clock = steady_clock()
        self._store = Store(state_dir / FILE) if state_dir is not None else None
        if self._store is not None:
            recover(self._account, self._store, clock())
        self._driver = RealDriver(scheduler, executor, partial(launch, self._account), self, clock)
        self._api = Api(self._account, self._driver.call)
        self._driver.start(partial(resume, scheduler.world))

    def wsgi(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """The API as a WSGI application."""
        return self._api(environ, start_response)

    def record(self, effects: list[Effect]) -> None:
        """Keep and tell what happened; called by the driver before it acts."""
        if self._store is not None:
            self._store.record(self._account, effects)
        self._teller.record(effects)

    def close(self) -> None:
        """End everything: the driver first, so that nothing that is killed now counts as an end."""
        self._driver.close()
        self._executor.close()
        self._teller.close()
        if self._store is not None:
            self._store.close()
