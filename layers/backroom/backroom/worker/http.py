"""One HTTP exchange. Imported only where a role is assumed or credentials come by URL: http.client costs 20 ms."""

import http.client
import ssl
from collections.abc import Mapping
from urllib.parse import urlsplit


def exchange(
    method: str, url: str, headers: Mapping[str, str], body: bytes | None = None, seconds: float = 10
) -> tuple[int, bytes]:
    """Status and body. Raises ConnectionError when there is no answer; follows no redirect, heeds no proxy."""
    parts = urlsplit(url)
    connection = _connection(parts.scheme, parts.netloc, seconds)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        connection.request(method, target, body, dict(headers))
        answer = connection.getresponse()
        return answer.status, answer.read()
    except (OSError, http.client.HTTPException) as error:
        raise ConnectionError(f"{method} {parts.scheme}://{parts.netloc} got no answer: {error}") from error
    finally:
        connection.close()


def _connection(scheme: str, netloc: str, seconds: float) -> http.client.HTTPConnection:
    if scheme == "https":
        return http.client.HTTPSConnection(netloc, timeout=seconds, context=ssl.create_default_context())
    return http.client.HTTPConnection(netloc, timeout=seconds)
