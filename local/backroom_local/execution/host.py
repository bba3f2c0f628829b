"""The executor that runs containers as processes of this machine, without Docker."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from backroom_local.execution.blueprint import Blueprint, Provisions, of_host, of_project
from backroom_local.execution.container import Container
from backroom_local.execution.credentials_endpoint import CredentialsEndpoint
from backroom_local.execution.failures import CannotPullContainerError, NotStartedError
from backroom_local.execution.images import ProjectImage, find_image
from backroom_local.execution.interface import Ended, Execution, Launch
from backroom_local.execution.logs import LogStore, LogWriter
from backroom_local.execution.role_sessions import RoleCredentials, RoleSessions
from backroom_local.execution.scratch import ScratchFolders
from backroom_local.execution.secret_values import fetch_secrets
from backroom_local.execution.supervisor import Supervisor
from backroom_local.execution.venvs import Venvs

if TYPE_CHECKING:
    from types_boto3_secretsmanager.client import SecretsManagerClient


@dataclass(frozen=True, slots=True)
class HostSettings:
    """Where containers come from and what they get."""

    container_folders: tuple[Path, ...]
    """Folders whose folders are images: `containers/`."""
    venvs: Venvs
    ambient: Mapping[str, str] = field(default_factory=dict)
    """Variables of every container: AWS_ENDPOINT_URL, AWS_REGION, and keys for containers without a job role."""
    host_commands: bool = False
    """Run the command of an image that is none of this project's on this machine."""
    python_path: tuple[Path, ...] = ()
    """Folders on PYTHONPATH of the project's containers."""


@dataclass(frozen=True, slots=True)
class Cloud:
    """The services of the twin that starting a container takes."""

    logs: LogStore
    roles: RoleSessions
    secrets: "SecretsManagerClient"
    """For containers without an execution role."""
    secrets_as: "Callable[[RoleCredentials], SecretsManagerClient] | None" = None
    """Session of an execution role -> the client by which ECS fetches the secrets."""

    def fetch(self, launch: Launch) -> dict[str, str]:
        """Fetch a container's secrets. Raises ResourceInitializationError naming what is missing or denied."""
        if not launch.secrets:
            return {}
        client, role = self.secrets, launch.execution_role_arn
        if role and self.secrets_as:
            client = self.secrets_as(self.roles.credentials(role))
        return fetch_secrets(client, launch.secrets)


class HostExecutor:
    """An Executor (interface.py)."""

    def __init__(
        self,
        settings: HostSettings,
        cloud: Cloud,
        on_line: Callable[[Launch, str], object] = lambda _launch, _line: None,
    ) -> None:
        """`on_line` is told of every line that a container writes, as it comes."""
        self._settings, self._cloud, self._on_line = settings, cloud, on_line
        self.supervisor = Supervisor()
        root = self.supervisor.keeper.scratch
        self._scratch = ScratchFolders(root)
        self._endpoint = CredentialsEndpoint(cloud.roles.credentials, root / "authorization-token")
        self._slow = ThreadPoolExecutor(4, thread_name_prefix="container")

    def start(self, launch: Launch, started: Callable[[], None], ended: Callable[[Ended], None]) -> Execution:
        """As Executor."""
        log = LogWriter(self._cloud.logs, launch.log_group, launch.log_stream, partial(self._on_line, launch))
        container = Container(self.supervisor, log, started, ended, self._endpoint, self._scratch)
        if launch.secrets:
            self._slow.submit(self._prepare, launch, container)
        else:
            self._prepare(launch, container)
        return container

    def prepare(self, progress: Callable[[str], None] = lambda _line: None) -> None:
        """Install the requirements of all images ahead; who starts one of another image has them made then.

        `progress` is told of each that takes time. Raises EnvironmentBuildError.
        """
        for folder in self._settings.container_folders:
            for dockerfile in sorted(folder.glob("*/Dockerfile")):
                self._settings.venvs.make(dockerfile.parent, progress)

    def close(self) -> None:
        """As Executor."""
        self._slow.shutdown(cancel_futures=True)
        self.supervisor.close()
        self._endpoint.close()

    def _prepare(self, launch: Launch, container: Container) -> None:
        try:
            image = find_image(launch.image, self._settings.container_folders)
            venv = self._settings.venvs.find(image.folder) if image else None
            if image and not venv:
                self._slow.submit(self._install, image, launch, container)
            elif image and venv:
                container.begin(of_project(launch, image, venv, self._provisions(launch)))
            else:
                container.begin(self._foreign(launch))
        except Exception as error:  # whatever it is, the scheduler must learn that there is no container
            container.fail(_as_failure(error))

    def _install(self, image: ProjectImage, launch: Launch, container: Container) -> None:
        try:
            venv = self._settings.venvs.make(image.folder)
            container.begin(of_project(launch, image, venv, self._provisions(launch)))
        except Exception as error:  # as above
            container.fail(_as_failure(error))

    def _foreign(self, launch: Launch) -> Blueprint:
        if self._settings.host_commands:
            return of_host(launch, self._provisions(launch))
        searched = ", ".join(str(folder) for folder in self._settings.container_folders) or "no folder"
        raise CannotPullContainerError(
            f"{launch.image} is none of this project's images (searched: {searched}); start the local twin with "
            "--host-commands to run its command on this machine, or with --containers to run the image itself"
        )

    def _provisions(self, launch: Launch) -> Provisions:
        secrets = self._cloud.fetch(launch)
        admission = self._endpoint.admit(launch.job_role_arn) if launch.job_role_arn else None
        settings = self._settings
        return Provisions(settings.ambient, secrets, admission, self._scratch.lend(), settings.python_path)


def _as_failure(error: Exception) -> NotStartedError:
    if isinstance(error, NotStartedError):
        return error
    return CannotPullContainerError(f"{type(error).__name__}: {error}")
