"""What boto3's own retries do not mend: many faults in a row, answers that break off, bodies that do."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from backroom import clients, patience
from backroom.errors import ObjectChangedError
from backroom.patience import PatientHttp, Tries
from backroom.storage.objects import Body
from botocore.exceptions import ClientError, ConnectionClosedError, ResponseStreamingError
from urllib3.exceptions import ProtocolError

SENT: Any = "request"


@dataclass
class Clock:
    """A clock that only pauses move."""

    now: float = 0.0
    pauses: list[float] = field(default_factory=list)

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        """Move it."""
        self.pauses.append(seconds)
        self.now += seconds

    def tries(self, seconds: float = 90) -> Tries:
        """Tries by this clock."""
        return Tries(seconds, self, self.sleep)


@dataclass
class Answer:
    """An answer whose body breaks off if it is an error."""

    status_code: int
    body: Exception | bytes = b""

    @property
    def content(self) -> bytes:
        """The body."""
        if isinstance(self.body, Exception):
            raise self.body
        return self.body


@dataclass
class Http:
    """Gives the answers that it was made with, one after the other."""

    answers: Iterator[Answer | Exception]

    def send(self, _request: Any) -> Any:
        """Give the next one."""
        answer = next(self.answers)
        if isinstance(answer, Exception):
            raise answer
        return answer


@dataclass
class Request:
    """A request that counts how often it was rewound."""

    stream_output: bool = False
    rewound: int = 0

    def reset_stream(self) -> None:
        """Rewind."""
        self.rewound += 1


def sent(answers: Sequence[Answer | Exception], request: Request, tries: Tries) -> Any:
    """What a patient client gives for these answers."""
    http: Any = Http(iter(answers))
    patient: Any = PatientHttp(http, tries)
    return patient.send(request)


def test_a_request_is_sent_anew_until_there_is_a_whole_answer() -> None:
    closed, cut = ConnectionClosedError(endpoint_url="s3"), Answer(200, ProtocolError("cut"))
    request, clock = Request(), Clock()
    bad: list[Answer | Exception] = [closed, Answer(503), cut, Answer(500), Answer(429)]
    answers = [*bad, Answer(200, b"whole"), Answer(200, b"never")]
    assert sent(answers, request, clock.tries()).content == b"whole"
    assert request.rewound == len(clock.pauses) == 5
    assert max(clock.pauses) <= 5


def test_a_stream_is_not_read_by_the_client_but_an_error_s_body_is() -> None:
    stream = Answer(200, ProtocolError("cut"))
    assert sent([stream], Request(stream_output=True), Clock().tries()) is stream
    refused = [Answer(404, ProtocolError("cut")), Answer(404, b"NoSuchKey")]
    assert sent(refused, Request(stream_output=True), Clock().tries()).content == b"NoSuchKey"


@pytest.mark.parametrize(
    ("body", "passes"),
    [
        (b'{"__type":"com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException"}', True),
        (b'{"__type":"com.amazon.coral.availability#ThrottlingException","message":"Rate exceeded"}', True),
        (b"<Error><Code>RequestTimeout</Code></Error>", True),
        (b'{"__type":"com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException"}', False),
        (b"<Error><Code>InvalidRequest</Code></Error>", False),
    ],
)
def test_a_refusal_is_retried_if_it_is_for_now(body: bytes, passes: bool) -> None:
    assert sent([Answer(400, body), Answer(200)], Request(), Clock().tries()).status_code == (200 if passes else 400)


def test_patience_ends_with_the_last_answer_or_error() -> None:
    clock = Clock()
    assert sent([Answer(503)] * 10_000, Request(), clock.tries()).status_code == 503
    assert 90 <= clock.now < 100
    with pytest.raises(ConnectionClosedError):
        sent([ConnectionClosedError(endpoint_url="s3")] * 10_000, Request(), Clock().tries())


def test_every_client_is_patient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    made: Any = clients.connect.__wrapped__()
    for client in (made.s3, made.batch, made.dynamodb.meta.client):
        assert isinstance(client._endpoint.http_session, PatientHttp)


@dataclass
class Broken:
    """A body that breaks off after so many bytes, each time it is asked for."""

    content: bytes
    after: int
    code: str = ""
    asked: list[str] = field(default_factory=list)

    def get_object(self, **asked: str) -> Any:
        """S3's GetObject."""
        assert (asked["Bucket"], asked["Key"], asked["IfMatch"]) == ("b", "k", "etag")
        if self.code:
            raise ClientError({"Error": {"Code": self.code}}, "GetObject")
        self.asked.append(asked["Range"])
        start = int(asked["Range"].removeprefix("bytes=").removesuffix("-"))
        return {"Body": Cut(self.content[start:], self.after)}

    def body(self) -> Body:
        """The body as `open_object` gives it."""
        s3: Any = self
        return Body(s3, "b", "k", "etag", Cut(self.content, self.after))


@dataclass
class Cut:
    """One answer's body."""

    content: bytes
    left: int

    def read(self, amt: int, /) -> bytes:
        """At most `amt` bytes."""
        if self.content and self.left <= 0:
            raise ResponseStreamingError(error="cut")
        size = min(amt, self.left)
        piece, self.content = self.content[:size], self.content[size:]
        self.left -= size
        return piece


@pytest.mark.parametrize("amount", [1, 3, 7, 100])
def test_a_body_goes_on_where_it_broke_off(amount: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "FIRST_PAUSE", 0.0)
    broken = Broken(bytes(range(50)), after=7)
    body, read = broken.body(), b""
    while chunk := body.read(amount):
        read += chunk
    assert read == broken.content
    assert broken.asked == [f"bytes={start}-" for start in range(7, 50, 7)]


def test_a_body_of_an_object_that_was_replaced_meanwhile_is_an_error() -> None:
    broken = Broken(b"0123456789", after=4, code="PreconditionFailed")
    body = broken.body()
    assert body.read(4) == b"0123"
    with pytest.raises(ObjectChangedError, match="s3://b/k"):
        body.read(4)
