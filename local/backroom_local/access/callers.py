"""Whose an access key is: the twin's own, a service's, or that of a session of a role.

The twin's own key (settings.ACCESS_KEY) is an administrator's: by it templates are applied, and by it you look around.
What the twin does as a service of AWS it signs with `ACCESS_KEY.SERVICE`, and says for what in the place of a session's
token. All others come from STS.
"""

import re
import threading
from collections.abc import Iterable, Mapping
from typing import Any, Final

from backroom_local.access.policy import Policy, parse
from backroom_local.access.principals import Principal
from backroom_local.server import wsgi
from backroom_local.server.wsgi import Environ
from backroom_local.settings import ACCESS_KEY

_ISSUED: Final = re.compile(rb"<AccessKeyId>([^<]+)</AccessKeyId>")
_IN_QUERY: Final = re.compile(r"(?:^|&)X-Amz-Credential=([^%&/]+)")


class UnknownKeyIdError(Exception):
    """An access key that is nobody's on this twin."""


class Callers:
    """Knows the sessions that STS handed out; safe from any thread. Nothing expires."""

    def __init__(self) -> None:
        """Nobody has a session yet."""
        self._sessions: dict[str, Principal] = {}
        self._lock = threading.Lock()

    def of(self, environ: Environ) -> Principal | None:
        """Give who signed a request; None: the administrator. Raises UnknownKeyIdError."""
        key = _key(environ)
        if key == ACCESS_KEY:
            return None
        if key is None:
            return Principal()
        if key.startswith(f"{ACCESS_KEY}."):
            source = environ.get("HTTP_X_AMZ_SECURITY_TOKEN", "")
            return Principal(service=key.removeprefix(f"{ACCESS_KEY}."), source=source)
        with self._lock:
            if key in self._sessions:
                return self._sessions[key]
        raise UnknownKeyIdError(key)

    def learn(self, answer: bytes, session: Principal) -> None:
        """Take note of the session that an answer of STS hands out."""
        issued = _ISSUED.search(answer)
        if issued:
            with self._lock:
                self._sessions[issued[1].decode()] = session


def session(asked: Mapping[str, Any], caller: Principal | None, managed: Iterable[Policy]) -> Principal:
    """Give the session that an AssumeRole (its parameters) makes.

    Tags that were passed on as transitive stay; `managed` are the policies that its PolicyArns name.
    """
    role = asked["RoleArn"]
    account, name = role.split(":")[4], role.rsplit("/", 1)[-1]
    kept = {key: caller.tags[key] for key in caller.transitive if key in caller.tags} if caller else {}
    given = [parse(asked["Policy"])] if asked.get("Policy") else []
    limits = [*given, *managed]
    return Principal(
        arn=f"arn:aws:sts::{account}:assumed-role/{name}/{asked['RoleSessionName']}",
        role_arn=role,
        account=account,
        tags={**kept, **{tag["Key"]: tag.get("Value", "") for tag in asked.get("Tags", ())}},
        transitive=frozenset(kept) | frozenset(asked.get("TransitiveTagKeys", ())),
        session=Policy(tuple(s for limit in limits for s in limit.statements)) if limits else None,
    )


def _key(environ: Environ) -> str | None:
    """Give the access key of a request, which a presigned one has in its query; None for an anonymous one."""
    scope = wsgi.scope(environ)
    if scope:
        return scope.access_key
    in_query = _IN_QUERY.search(environ.get("QUERY_STRING", ""))
    return in_query[1] if in_query else None
