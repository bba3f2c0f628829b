"""Stands in front of the twin: a request is answered only if the policies allow all that it is."""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from backroom_local.access import denial, keys, managed_rules
from backroom_local.access.acts import acts
from backroom_local.access.arns import Place
from backroom_local.access.asked import Asked, UnreadableError, read, service_of
from backroom_local.access.callers import Callers, UnknownKeyIdError, session
from backroom_local.access.denial import Refusal
from backroom_local.access.directory import Directory
from backroom_local.access.evaluation import Call, Judge, UnknownKeyError
from backroom_local.access.ledger import Ledger
from backroom_local.access.policy import PolicyError
from backroom_local.access.principals import Principal
from backroom_local.access.reference import UnknownActionError
from backroom_local.server import wsgi
from backroom_local.server.wsgi import Application, Environ, StartResponse

_LOG = logging.getLogger(__name__)
_READS: Final = ("GetObject", "HeadObject")


@dataclass(frozen=True, slots=True)
class Guard:
    """A WSGI application before another; what is the twin's own (`/_twin/`) is not guarded."""

    inner: Application
    directory: Directory
    place: Place
    now: Callable[[], datetime]
    callers: Callers = field(default_factory=Callers)
    ledger: Ledger = field(default_factory=Ledger)

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request, or refuse it as AWS does."""
        path = environ.get("PATH_INFO", "")
        if path.startswith("/_twin/"):
            return self.inner(environ, start_response)
        scope = wsgi.scope(environ)
        service = service_of(scope.service if scope else "s3", path)
        try:
            principal = self.callers.of(environ)
        except UnknownKeyIdError as error:
            _LOG.warning("refused: %s is nobody's access key on this twin", error)
            return denial.answer(denial.unknown_key(service), service, environ, start_response)
        if principal is None:
            return self._administered(service, environ, start_response)
        return self._judged(principal, service, environ, start_response)

    def report(self) -> dict[str, Any]:
        """Give what was called, by whom (ledger.py)."""
        return self.ledger.report(self.directory.identity)

    def _administered(self, service: str, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer the administrator; note what sessions it gets, and look at the roles of machines that it creates."""
        if service not in ("sts", "stepfunctions"):
            return self.inner(environ, start_response)
        try:
            asked = read(environ, service)
        except UnreadableError:
            return self.inner(environ, start_response)
        return self._allowed(None, asked, environ, start_response)

    def _judged(
        self, principal: Principal, service: str, environ: Environ, start_response: StartResponse
    ) -> Iterable[bytes]:
        """Answer a request if it is allowed."""
        try:
            asked = read(environ, service)
            refusal = self._refusal(principal, acts(asked, self.place), environ)
        except (UnreadableError, UnknownActionError, UnknownKeyError, PolicyError) as error:
            refusal = denial.access_denied(f"User: {principal.name} is not authorized: {error}")
        except Exception:
            _LOG.exception("a request to %s could not be judged", service)
            raise
        if refusal is not None:
            return _refuse(refusal, service, environ, start_response)
        return self._allowed(principal, asked, environ, start_response)

    def _allowed(
        self, principal: Principal | None, asked: Asked, environ: Environ, start_response: StartResponse
    ) -> Iterable[bytes]:
        """Answer a request that is allowed, with what its answer or its kind asks for besides."""
        role = managed_rules.role_of(asked)
        if role is not None:
            return self._machine(role, asked, environ, start_response)
        if asked.operation == "AssumeRole":
            return self._sessions(principal, asked, environ, start_response)
        if principal and asked.service == "s3" and asked.operation in _READS:
            return self._object(principal, asked, environ, start_response)
        return self.inner(environ, start_response)

    def _refusal(self, principal: Principal, calls: Iterable[Call], environ: Environ) -> Refusal | None:
        """Give the refusal of the first of some calls that is not allowed; None when all are.

        Raises UnknownKeyError, PolicyError.
        """
        context = keys.common(principal, self.place, environ, self.now())
        judge = Judge(principal, keys.known(principal))
        for bare in calls:
            call = replace(bare, context={**context, **bare.context})
            decision = judge.decide(call, self.directory.applicable(principal, call))
            self.ledger.note(principal, call, decision.allowed)
            if not decision.allowed:
                return denial.access_denied(denial.denied(principal, call, decision))
        return None

    def _machine(self, role: str, asked: Asked, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Create or change a machine if its role may make the rules that it waits by."""
        acting = session({"RoleArn": role, "RoleSessionName": "states"}, None, ())
        try:
            needed = managed_rules.calls(asked.parameters["definition"], self.place)
            refusal = self._refusal(acting, needed, environ)
        except (UnknownKeyError, PolicyError) as error:
            refusal = denial.access_denied(str(error))
        if refusal is None:
            return self.inner(environ, start_response)
        message = f"'{role}' is not authorized to create managed-rule. {refusal.message}"
        return _refuse(denial.access_denied(message), asked.service, environ, start_response)

    def _sessions(
        self, principal: Principal | None, asked: Asked, environ: Environ, start_response: StartResponse
    ) -> Iterable[bytes]:
        """Answer an AssumeRole and take note of the session that it makes."""
        managed = [self.directory.managed(policy["arn"]) for policy in asked.parameters.get("PolicyArns", ())]
        made = session(asked.parameters, principal, managed)
        content = b"".join(self.inner(environ, start_response))
        self.callers.learn(content, made)
        return [content]

    def _object(
        self, principal: Principal, asked: Asked, environ: Environ, start_response: StartResponse
    ) -> Iterable[bytes]:
        """Answer a read of an object: that there is none may know only who may list the bucket.

        https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html: otherwise it is 403 and not 404.
        """
        started: list[tuple[Any, ...]] = []
        content = self.inner(environ, lambda *answer: started.append(answer))
        if started[0][0].startswith("404"):
            call = Call("s3:ListBucket", f"arn:aws:s3:::{asked.parameters['Bucket']}")
            refusal = self._refusal(principal, [call], environ)
            if refusal is not None:
                return _refuse(refusal, "s3", environ, start_response)
        start_response(*started[0])
        return content


def _refuse(refusal: Refusal, service: str, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
    """Refuse a request and tell it in the log."""
    _LOG.warning("denied: %s", refusal.message)
    return denial.answer(refusal, service, environ, start_response)
