"""The executor that runs the real images with a container engine (`--containers`)."""

import threading
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from backroom_local.execution.blueprint import compose
from backroom_local.execution.credentials_endpoint import CredentialsEndpoint
from backroom_local.execution.engine import Engine, variables
from backroom_local.execution.engine_container import EngineContainer
from backroom_local.execution.failures import CannotStartContainerError, NotStartedError
from backroom_local.execution.host import Cloud, HostSettings
from backroom_local.execution.image_builds import ImageBuilds
from backroom_local.execution.images import ProjectImage, find_image
from backroom_local.execution.interface import Ended, Execution, Launch
from backroom_local.execution.keeping import MARKER
from backroom_local.execution.logs import LogWriter
from backroom_local.execution.supervisor import Supervisor

_UNREADABLE = "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"
"""The file is this machine's; in the container the same token stands in another variable."""
_AS_DEFINED = ("--init", "--read-only", "--tmpfs=/tmp:rw,nosuid,nodev,noexec,mode=1777", "--cap-drop=ALL")
"""As template.yaml defines this project's jobs, which no Launch tells; the user is their Dockerfile's."""


class EngineExecutor:
    """An Executor (interface.py). Containers share the host's network, so that they reach the twin on loopback."""

    def __init__(
        self,
        settings: HostSettings,
        cloud: Cloud,
        engine: Engine,
        builds: ImageBuilds,
        on_line: Callable[[Launch, str], object] = lambda _launch, _line: None,
    ) -> None:
        """`on_line` is told of every line that a container writes, as it comes."""
        self._settings, self._cloud, self._engine, self._builds = settings, cloud, engine, builds
        self._on_line = on_line
        self.supervisor = Supervisor(engine.program)
        self._endpoint = CredentialsEndpoint(
            cloud.roles.credentials, self.supervisor.keeper.scratch / "authorization-token"
        )
        self._threads = ThreadPoolExecutor(8, thread_name_prefix="engine")
        self._live: set[EngineContainer] = set()
        self._none_live = threading.Condition()

    def start(self, launch: Launch, started: Callable[[], None], ended: Callable[[Ended], None]) -> Execution:
        """As Executor."""
        log = LogWriter(self._cloud.logs, launch.log_group, launch.log_stream, partial(self._on_line, launch))
        name = f"backroom-{uuid.uuid4().hex}"
        finished = partial(self._finish, ended)
        container = EngineContainer(name, self._engine, self.supervisor, self._threads, log, started, finished)
        self._live.add(container)
        self._threads.submit(self._create, launch, container)
        return container

    def close(self) -> None:
        """As Executor."""
        for container in tuple(self._live):
            container.kill()
        with self._none_live:
            self._none_live.wait_for(lambda: not self._live, timeout=60)
        self._threads.shutdown()
        self.supervisor.close()
        self._endpoint.close()

    def _create(self, launch: Launch, container: EngineContainer) -> None:
        try:
            project = find_image(launch.image, self._settings.container_folders)
            image = self._builds.have(launch.image, project)
            container.admission = self._endpoint.admit(launch.job_role_arn) if launch.job_role_arn else None
            options, needed = variables(tuple(self._engine.environment), self._environment(launch, container))
            arguments = (*self._options(launch, container, project), *options, image, *launch.command)
            self._engine.call("create", *arguments, extra=needed)
            self.supervisor.call(container.begin)
        except NotStartedError as error:
            container.fail(error)
        except Exception as error:  # whatever it is, the scheduler must learn that there is no container
            container.fail(CannotStartContainerError(f"{type(error).__name__}: {error}"))

    def _environment(self, launch: Launch, container: EngineContainer) -> dict[str, str]:
        secrets = self._cloud.fetch(launch)
        environment = compose(launch, self._settings.ambient, secrets, container.admission)
        environment.pop(_UNREADABLE, None)
        return environment

    def _options(self, launch: Launch, container: EngineContainer, project: ProjectImage | None) -> list[str]:
        memory = f"{launch.memory_mib}m"
        label = f"--label={MARKER}={self.supervisor.keeper.marker}"
        options = [f"--name={container.name}", label, "--network=host"]
        return [*options, f"--memory={memory}", f"--memory-swap={memory}", *(_AS_DEFINED if project else ())]

    def _finish(self, tell: Callable[[Ended], None], container: EngineContainer, ended: Ended) -> None:
        if container.admission:
            self._endpoint.dismiss(container.admission.path)
        tell(ended)
        with self._none_live:
            self._live.discard(container)
            self._none_live.notify_all()
