"""The one request that the worker signs itself is signed as botocore signs it."""

from datetime import UTC, datetime
from unittest.mock import patch

from backroom.worker.signing import CONTENT_TYPE, Credentials, signed_headers
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as BotocoreCredentials
from hypothesis import given
from hypothesis import strategies as st

printable = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=60)


@given(
    key=st.from_regex(r"[A-Z0-9]{16,24}", fullmatch=True),
    secret=printable,
    token=st.none() | printable,
    region=st.sampled_from(["eu-central-1", "us-gov-west-1", "cn-north-1"]),
    host=st.sampled_from(["sts.eu-central-1.amazonaws.com", "127.0.0.1:5000"]),
    body=st.binary(max_size=300),
    now=st.datetimes(datetime(2000, 1, 1), datetime(2099, 1, 1), timezones=st.just(UTC)),
)
def test_signature_is_botocores(
    key: str, secret: str, token: str | None, region: str, host: str, body: bytes, now: datetime
) -> None:
    request = AWSRequest("POST", f"http://{host}/", headers={"Content-Type": CONTENT_TYPE, "Host": host}, data=body)
    with patch("botocore.auth.get_current_datetime", return_value=now.replace(tzinfo=None)):
        SigV4Auth(BotocoreCredentials(key, secret, token), "sts", region).add_auth(request)

    headers = signed_headers(Credentials(key, secret, token, None), region, host, body, now)

    assert headers["authorization"] == request.headers["Authorization"]
    assert headers["x-amz-date"] == request.headers["X-Amz-Date"]
