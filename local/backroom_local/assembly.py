"""The twin of a project: containers and functions as processes of this machine, Batch simulated."""

import os
from functools import cached_property, partial
from typing import Any

from backroom_local.batch.core.model import FaultRates
from backroom_local.batch.emulator import BatchEmulator
from backroom_local.batch.settings import BatchSettings
from backroom_local.clients import OWN, Clients, Keys, service_keys
from backroom_local.execution.engine import Engine
from backroom_local.execution.engine_executor import EngineExecutor
from backroom_local.execution.host import Cloud, HostExecutor, HostSettings
from backroom_local.execution.image_builds import ImageBuilds
from backroom_local.execution.logs import MotoLogs
from backroom_local.execution.role_sessions import RoleCredentials, RoleSessions
from backroom_local.execution.venvs import Venvs
from backroom_local.functions.environment import Surroundings
from backroom_local.functions.host import FunctionHost
from backroom_local.parts import Publish
from backroom_local.settings import ACCESS_KEY, ACCOUNT, SECRET_KEY, TwinSettings


class ProjectParts:
    """Makes the parts (parts.py) of one twin."""

    def __init__(self, settings: TwinSettings) -> None:
        """Take the settings; nothing is started yet. Raises EngineError when `containers` finds no engine."""
        self._settings = settings
        self._engine = Engine.find(os.environ) if settings.containers else None
        self._clients: Clients | None = None

    def functions(self, settings: TwinSettings, clients: Clients) -> FunctionHost:
        """Make the function host."""
        self._clients = clients
        around = Surroundings(self._ambient(), tuple(folder.resolve() for folder in settings.python_path))
        prefix = f"arn:aws:lambda:{settings.region}:{ACCOUNT}:function"
        return FunctionHost(self._executor.supervisor, self._cloud.logs, around, prefix, self._function_roles(clients))

    def batch(self, settings: TwinSettings, clients: Clients, publish: Publish) -> BatchEmulator:
        """Make the Batch simulator with its executor."""
        self._clients = clients
        return BatchEmulator(
            account=ACCOUNT,
            region=settings.region,
            executor=self._executor,
            publish=publish,
            settings=BatchSettings(
                settings.batch_delays, settings.rates_of(FaultRates), settings.seed, host_vcpus=settings.vcpus
            ),
            state_dir=settings.state_dir if settings.keep else None,
        )

    @cached_property
    def _executor(self) -> HostExecutor | EngineExecutor:
        """The executor of containers, whose supervisor starts the functions too."""
        settings, project = self._settings, self._settings.project
        venvs = Venvs(project / ".backroom" / "venvs", project / "layers" / "backroom")
        folders = (project / "containers", *(folder.resolve() for folder in settings.container_folders))
        python_path = tuple(folder.resolve() for folder in settings.python_path)
        host = HostSettings(folders, venvs, self._ambient(), settings.host_commands, python_path)
        if self._engine is None:
            return HostExecutor(host, self._cloud)
        arguments = {"BASE": settings.base} if settings.base else {}
        builds = ImageBuilds(self._engine, project / "layers" / "backroom", arguments)
        return EngineExecutor(host, self._cloud, self._engine, builds)

    @cached_property
    def _cloud(self) -> Cloud:
        """The twin's services that starting a container takes."""
        if self._clients is None:
            raise RuntimeError("the parts are made before there are clients")
        logs = MotoLogs(ACCOUNT, self._settings.region)
        roles = RoleSessions(self._clients.lazily("sts", self._keys_of("ecs-tasks.amazonaws.com")))
        return Cloud(logs, roles, self._clients.lazily("secretsmanager"), partial(_secrets_as, self._clients))

    def _function_roles(self, clients: Clients) -> RoleSessions:
        """Give the sessions of functions' roles: those of the containers' too, unless it matters who assumes a role."""
        keys = self._keys_of("lambda.amazonaws.com")
        return self._cloud.roles if keys == OWN else RoleSessions(clients.lazily("sts", keys))

    def _keys_of(self, principal: str) -> Keys:
        """Give the keys by which a service of AWS assumes roles; the twin's own where nobody asks."""
        return service_keys(principal) if self._settings.enforce_iam else OWN

    def _ambient(self) -> dict[str, str]:
        """Give the variables of every container and function: where AWS is, and keys for those without a role.

        Who has no role has no keys when policies are enforced.
        """
        if self._clients is None:
            raise RuntimeError("the parts are made before there are clients")
        region = self._settings.region
        keys = {"AWS_ACCESS_KEY_ID": ACCESS_KEY, "AWS_SECRET_ACCESS_KEY": SECRET_KEY}
        return {
            "AWS_ENDPOINT_URL": self._clients.url,
            "AWS_REGION": region,
            "AWS_DEFAULT_REGION": region,
            "AWS_EC2_METADATA_DISABLED": "true",
            **({} if self._settings.enforce_iam else keys),
        }


def _secrets_as(clients: Clients, held: RoleCredentials) -> Any:
    """Give the client of Secrets Manager by which ECS fetches a container's secrets as its execution role."""
    return clients.get("secretsmanager", Keys(held.access_key_id, held.secret_access_key, held.token))
