"""A cloud for the proofs, in a process of its own: moto's S3 and DynamoDB as the twin serves them, a Batch that ended.

Every accepted write is remembered, in order. `--careless` makes it ignore the conditions of writes: a cloud without any
fence, in which the same proofs must find what goes wrong.

usage: python -m tests.faults.store [--careless]    prints its address; ends when its standard input does
"""

import argparse
import base64
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import orjson
from backroom_local.server import wsgi
from backroom_local.server.front import Front
from backroom_local.server.listener import Listener
from backroom_local.server.wsgi import Application, Environ, StartResponse
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

CONDITIONS = ("HTTP_IF_MATCH", "HTTP_IF_NONE_MATCH")
_META = "HTTP_X_AMZ_META_"


@dataclass
class Store:
    """The cloud's front and what it remembers."""

    careless: bool
    moto: Application = field(default_factory=lambda: DomainDispatcherApplication(create_backend_app))
    writes: list[dict[str, Any]] = field(default_factory=list)
    """Accepted writes of S3 objects: `{"path", "body" (base64), "metadata", "conditional"}`."""
    jobs: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Batch's jobs by id, as DescribeJobs gives them."""

    def front(self) -> Application:
        """The WSGI application."""
        front = Front(self.moto, self._batch, self._nothing, self._own, self._wrote)

        def answer(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
            """Answer, without heed of conditions if the cloud is careless."""
            if self.careless and environ["REQUEST_METHOD"] == "PUT":
                for condition in CONDITIONS:
                    environ.pop(condition, None)
            return front(environ, start_response)

        return answer

    def _wrote(self, service: str, environ: Environ, body: bytes) -> None:
        if service != "s3" or environ["REQUEST_METHOD"] not in ("PUT", "POST") or environ["PATH_INFO"].count("/") < 2:
            return
        metadata = {name[len(_META) :].lower().replace("_", "-"): value for name, value in _metadata(environ)}
        write = {"path": environ["PATH_INFO"], "body": base64.b64encode(plain(environ, body)).decode()}
        self.writes.append(write | {"metadata": metadata})

    def _batch(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Definitions are moto's; jobs are what was told by POST /_twin/jobs."""
        answers: dict[str, Callable[[Any], Any]] = {"/v1/describejobs": self._described, "/v1/listjobs": self._listed}
        if environ["PATH_INFO"] not in answers:
            return self.moto(environ, start_response)
        asked = orjson.loads(wsgi.body(environ))
        return wsgi.answer_json(start_response, 200, answers[environ["PATH_INFO"]](asked))

    def _described(self, asked: Any) -> Any:
        return {"jobs": [self.jobs[job_id] for job_id in asked["jobs"] if job_id in self.jobs]}

    def _listed(self, asked: Any) -> Any:
        """By parent and status, by name, or all of a queue."""
        parent, status = asked.get("arrayJobId"), asked.get("jobStatus")
        names = [value for one in asked.get("filters", []) if one["name"] == "JOB_NAME" for value in one["values"]]
        found = [
            job
            for job_id, job in self.jobs.items()
            if (job_id.rpartition(":")[0] == parent if parent else ":" not in job_id)
            and (status in (None, job["status"]) or names)
            and (not names or any(_like(job["jobName"], name) for name in names))
        ]
        return {"jobSummaryList": found}

    def _own(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """POST /_twin/jobs tells of Batch's jobs; POST /_twin/history gives the accepted writes and forgets them."""
        body = wsgi.body(environ)
        if environ["PATH_INFO"] == "/_twin/jobs":
            self.jobs = {job["jobId"]: job for job in orjson.loads(body)}
            return wsgi.answer_json(start_response, 200, {})
        taken, self.writes = self.writes, []
        return wsgi.answer(start_response, 200, orjson.dumps(taken))

    def _nothing(self, _environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        return wsgi.answer_json(start_response, 404, {})


def plain(environ: Environ, body: bytes) -> bytes:
    """The object in a request's body; botocore sends it in chunks with a trailing checksum (aws-chunked)."""
    if "aws-chunked" not in environ.get("HTTP_CONTENT_ENCODING", ""):
        return body
    chunks, rest = [], body
    while rest:
        head, _, rest = rest.partition(b"\r\n")
        size = int(head.partition(b";")[0], 16)
        if size == 0:
            break
        chunks.append(rest[:size])
        rest = rest[size + 2 :]
    return b"".join(chunks)


def _metadata(environ: Environ) -> Iterable[tuple[str, str]]:
    return ((name, value) for name, value in environ.items() if name.startswith(_META))


def _like(name: str, pattern: str) -> bool:
    return name.startswith(pattern[:-1]) if pattern.endswith("*") else name == pattern


def main(careless: bool) -> None:
    """Serve until standard input ends."""
    listener = Listener()
    listener.serve(Store(careless).front())
    print(listener.url, flush=True)
    sys.stdin.read()
    listener.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--careless", action="store_true", help="ignore the conditions of writes")
    main(parser.parse_args().careless)
