"""The ECS credentials endpoint on loopback: a container fetches the credentials of its job role here.

https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
"""

import logging
import secrets
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import orjson
from botocore.exceptions import BotoCoreError, ClientError

from backroom_local.execution.role_sessions import RoleCredentials

_PATH = "/v2/credentials/"
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Admission:
    """The variables by which a container gets its credentials, and the path that they name."""

    path: str
    variables: Mapping[str, str]


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """Make no more than a note of a container that was killed while it asked: twins kill containers."""
        level = logging.DEBUG if isinstance(sys.exception(), OSError) else logging.ERROR
        _LOG.log(level, "a request for credentials was not answered", exc_info=True)


class CredentialsEndpoint:
    """Serves each container at a path that only it knows, to who also shows the token.

    The token is given twice, by value and by file: botocore and most SDKs take either, obstore wants the file.
    """

    def __init__(self, credentials: Callable[[str], RoleCredentials], token_file: Path) -> None:
        self._credentials = credentials
        self._roles: dict[str, str] = {}
        self._token, self._token_file = secrets.token_urlsafe(32), token_file
        token_file.touch(mode=0o600)
        token_file.write_text(self._token)
        self._server = _Server(("127.0.0.1", 0), self._handler())
        threading.Thread(target=self._server.serve_forever, name="credentials", daemon=True).start()

    def admit(self, role_arn: str) -> Admission:
        """Let one container get the role's credentials, until `dismiss`."""
        path = f"{_PATH}{secrets.token_urlsafe(16)}"
        self._roles[path] = role_arn
        variables = {
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": f"http://127.0.0.1:{self._server.server_port}{path}",
            "AWS_CONTAINER_AUTHORIZATION_TOKEN": self._token,
            "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": str(self._token_file),
        }
        return Admission(path, variables)

    def dismiss(self, path: str) -> None:
        """Take back what `admit` gave: the container has ended."""
        self._roles.pop(path, None)

    def close(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()

    def answer(self, path: str, authorization: str | None) -> tuple[int, bytes]:
        """Give status and JSON body for a request."""
        role = self._roles.get(path)
        if role is None or not secrets.compare_digest((authorization or "").encode(), self._token.encode()):
            return 403, orjson.dumps({"code": "AccessDenied", "message": "unknown path or wrong Authorization"})
        try:
            return 200, orjson.dumps(_as_ecs(self._credentials(role)))
        except (ClientError, BotoCoreError) as error:
            return 500, orjson.dumps({"code": "CannotAssumeRole", "message": f"{role}: {error}"})

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        endpoint = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                status, body = endpoint.answer(self.path, self.headers.get("Authorization"))
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - the base class's name
                pass

        return Handler


def _as_ecs(credentials: RoleCredentials) -> dict[str, str]:
    return {
        "RoleArn": credentials.role_arn,
        "AccessKeyId": credentials.access_key_id,
        "SecretAccessKey": credentials.secret_access_key,
        "Token": credentials.token,
        "Expiration": credentials.expires_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
