"""The environment of a function's process.

https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
"""

import os
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from backroom_local.execution.role_sessions import RoleCredentials
from backroom_local.template.resource import FunctionSource

_SYSTEM_PATH = "/usr/local/bin:/usr/bin:/bin"


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the twin gives every function."""

    ambient: Mapping[str, str]
    """AWS_ENDPOINT_URL, AWS_REGION and the like."""
    python_path: tuple[Path, ...] = ()
    """Folders before the layers on PYTHONPATH."""
    scratch: Path = Path("/tmp")  # noqa: S108 - where Lambda has it


def compose(
    function: FunctionSource, around: Surroundings, stream: str, role: RoleCredentials | None
) -> dict[str, str]:
    """Give the variables. The function's own win over the twin's, and Lambda's reserved ones over both."""
    return {
        "LANG": "en_US.UTF-8",
        "TZ": ":UTC",
        "PYTHONUTF8": "1",
        # There is no X-Ray daemon here, and Powertools would send to it from any process that looks like Lambda.
        "POWERTOOLS_TRACE_DISABLED": "true",
        "AWS_XRAY_SDK_ENABLED": "false",
        **around.ambient,
        **function.environment,
        **(_keys(role) if role else {}),
        **_reserved(function, stream),
        "PATH": f"{Path(sys.executable).parent}:{_SYSTEM_PATH}",
        "HOME": str(around.scratch),
        "TMPDIR": str(around.scratch),
        "PYTHONPATH": os.pathsep.join(map(str, (*around.python_path, *_layers(function.layers)))),
    }


def _reserved(function: FunctionSource, stream: str) -> dict[str, str]:
    return {
        "_HANDLER": function.handler,
        "LAMBDA_TASK_ROOT": str(function.source.absolute()),
        "AWS_EXECUTION_ENV": f"AWS_Lambda_python{sys.version_info.major}.{sys.version_info.minor}",
        "AWS_LAMBDA_FUNCTION_NAME": function.name,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory),
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_GROUP_NAME": function.log_group,
        "AWS_LAMBDA_LOG_STREAM_NAME": stream,
    }


def _keys(role: RoleCredentials) -> dict[str, str]:
    return {
        "AWS_ACCESS_KEY_ID": role.access_key_id,
        "AWS_SECRET_ACCESS_KEY": role.secret_access_key,
        "AWS_SESSION_TOKEN": role.token,
    }


def _layers(folders: Iterable[Path]) -> Iterable[Path]:
    """A built layer has its packages in `python/`, the source of one has them at its top."""
    return (folder / "python" if (folder / "python").is_dir() else folder for folder in map(Path.absolute, folders))
