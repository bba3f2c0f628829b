"""Small stand-ins for the function host and the Batch simulator, which have tests of their own."""

import json
import threading
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from backroom_local.clients import Clients
from backroom_local.parts import Publish
from backroom_local.server import wsgi
from backroom_local.settings import TwinSettings
from backroom_local.template.resource import FunctionSource


@dataclass(frozen=True)
class Done:
    """What came of an invocation."""

    status: int
    payload: bytes
    function_error: str | None = None
    log: str = ""


@dataclass
class FakeFunctions:
    """Answers by Python callables, by the function's name; without one it echoes."""

    answers: dict[str, Callable[[Any], Any]] = field(default_factory=dict)
    registered: dict[str, FunctionSource] = field(default_factory=dict)
    calls: list[tuple[str, Any, str]] = field(default_factory=list)

    def register(self, function: FunctionSource) -> None:
        """Take note of a function."""
        self.registered[function.name] = function

    def invoke(self, name: str, payload: bytes, invocation_type: str) -> Done:
        """Answer by the callable; an exception becomes Lambda's error object."""
        self.registered[name]
        event = json.loads(payload)
        self.calls.append((name, event, invocation_type))
        try:
            answer = self.answers.get(name, lambda event: event)(event)
        except Exception as error:
            body = {"errorType": type(error).__name__, "errorMessage": str(error), "stackTrace": []}
            return Done(200, json.dumps(body).encode(), "Unhandled")
        return Done(200, json.dumps(answer).encode())

    def close(self) -> None:
        """Nothing to end."""


@dataclass
class FakeBatch:
    """Keeps definitions and jobs in dicts; jobs end when the test says so."""

    publish: Publish
    made: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    jobs: dict[str, dict[str, Any]] = field(default_factory=dict)
    submitted: threading.Event = field(default_factory=threading.Event)
    refuse: list[dict[str, Any]] = field(default_factory=list)

    def wsgi(self, environ: Any, start_response: Any) -> Iterable[bytes]:
        """Answer a request by the method that is named after the operation."""
        operation = environ["PATH_INFO"].split("/")[2]
        request = json.loads(wsgi.body(environ) or b"{}")
        if operation == "submitjob" and self.refuse:
            refusal = self.refuse.pop(0)
            start_response(f"{refusal['status']} X", [("x-amzn-ErrorType", refusal["code"])])
            return [json.dumps({"message": refusal["code"]}).encode()]
        answer = getattr(self, operation)(request) if hasattr(self, operation) else self._other(operation, request)
        return wsgi.answer_json(start_response, 200, answer)

    def _other(self, operation: str, request: dict[str, Any]) -> dict[str, Any]:
        """Create and describe anything."""
        kinds = {"computeenvironment": "computeEnvironment", "jobqueue": "jobQueue"}
        for kind, name in kinds.items():
            if operation == f"create{kind}":
                self.made.setdefault(kind, []).append(request)
                arn = f"arn:aws:batch:eu-central-1:123456789012:{kind}/{request[name + 'Name']}"
                return {f"{name}Arn": arn, f"{name}Name": request[f"{name}Name"]}
            if operation == f"describe{kind}s":
                found = [made for made in self.made.get(kind, []) if made[f"{name}Name"] in request[f"{name}s"]]
                return {f"{name}s": found}
            if operation == f"update{kind}":
                arn = f"arn:aws:batch:eu-central-1:123456789012:{kind}/{request[name]}"
                return {f"{name}Arn": arn, f"{name}Name": request[name]}
        raise AssertionError(operation)

    def describejobdefinitions(self, request: dict[str, Any]) -> dict[str, Any]:
        """Give the revisions of a definition."""
        name = request["jobDefinitionName"]
        return {
            "jobDefinitions": [made for made in self.made.get("definition", []) if made["jobDefinitionName"] == name]
        }

    def registerjobdefinition(self, request: dict[str, Any]) -> dict[str, Any]:
        """Register a revision."""
        revision = len(self.describejobdefinitions(request)["jobDefinitions"]) + 1
        arn = f"arn:aws:batch:eu-central-1:123456789012:job-definition/{request['jobDefinitionName']}:{revision}"
        made = {**request, "revision": revision, "jobDefinitionArn": arn, "status": "ACTIVE"}
        self.made.setdefault("definition", []).append(made)
        return {"jobDefinitionName": request["jobDefinitionName"], "jobDefinitionArn": arn, "revision": revision}

    def submitjob(self, request: dict[str, Any]) -> dict[str, Any]:
        """Take a job on."""
        job_id = str(uuid.uuid4())
        self.jobs[job_id] = {**request, "jobId": job_id, "status": "RUNNING", "createdAt": 1}
        self.submitted.set()
        return {"jobId": job_id, "jobName": request["jobName"]}

    def describejobs(self, request: dict[str, Any]) -> dict[str, Any]:
        """Describe jobs."""
        return {"jobs": [self.jobs[job_id] for job_id in request["jobs"] if job_id in self.jobs]}

    def terminatejob(self, request: dict[str, Any]) -> dict[str, Any]:
        """End a job."""
        self.end(request["jobId"], "FAILED", statusReason=request["reason"])
        return {}

    def end(self, job_id: str, status: str, **more: Any) -> None:
        """End a job and tell of it."""
        self.jobs[job_id].update(status=status, **more)
        detail = dict(self.jobs[job_id])
        self.publish(
            {
                "version": "0",
                "id": str(uuid.uuid4()),
                "detail-type": "Batch Job State Change",
                "source": "aws.batch",
                "account": "123456789012",
                "time": "2026-01-01T00:00:00Z",
                "region": "eu-central-1",
                "resources": [],
                "detail": detail,
            }
        )

    def close(self) -> None:
        """Nothing to end."""


@dataclass
class FakeParts:
    """Makes the stand-ins and keeps them for the test."""

    fake_functions: FakeFunctions = field(default_factory=FakeFunctions)
    fake_batch: FakeBatch | None = None

    def functions(self, _settings: TwinSettings, _clients: Clients) -> FakeFunctions:
        """Give the function host."""
        return self.fake_functions

    def batch(self, _settings: TwinSettings, _clients: Clients, publish: Publish) -> FakeBatch:
        """Give the Batch simulator."""
        self.fake_batch = FakeBatch(publish)
        return self.fake_batch
