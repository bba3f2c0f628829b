"""What a registry of images is asked: https://distribution.github.io/distribution/spec/api/"""

import base64
import json
import re
from dataclasses import dataclass
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

_ACCEPTED = (
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
)
_HUB = "registry-1.docker.io"
_ECR = re.compile(r"[0-9]{12}\.dkr\.ecr\.(?P<region>[a-z0-9-]+)\.amazonaws\.com(\.cn)?")
_SECONDS = 60.0


class RegistryError(RuntimeError):
    """A registry does not say what it is asked."""


@dataclass(frozen=True, slots=True)
class Reference:
    """An image as HOST/NAME:TAG, where docker's short names of its own registry are written out."""

    host: str
    name: str
    tag: str

    @classmethod
    def parse(cls, text: str) -> "Reference":
        """Read REGISTRY/NAME:TAG, or NAME:TAG of docker's registry; without a tag it is `latest`."""
        first, _, rest = text.partition("/")
        elsewhere = bool(rest) and (first == "localhost" or "." in first or ":" in first)
        host, path = (first, rest) if elsewhere else (_HUB, text if rest else f"library/{text}")
        name, _, tag = path.partition(":")
        return cls(host, name, tag or "latest")

    @property
    def is_local(self) -> bool:
        """Whether the registry is on this machine: engines speak plain HTTP to it then."""
        return self.host.partition(":")[0] in ("localhost", "127.0.0.1")

    @property
    def url(self) -> str:
        """Where the image's manifest is."""
        return f"{'http' if self.is_local else 'https'}://{self.host}/v2/{self.name}/manifests/{self.tag}"


@dataclass(frozen=True, slots=True)
class Login:
    """User and password for a registry."""

    user: str
    password: str

    @property
    def header(self) -> str:
        """The value of Authorization."""
        return "Basic " + base64.b64encode(f"{self.user}:{self.password}".encode()).decode()


def ecr_region(host: str) -> str | None:
    """Give the region of a private registry of ECR; None for another registry."""
    found = _ECR.fullmatch(host)
    return found["region"] if found else None


def digest(reference: Reference, login: Login | None = None) -> str | None:
    """Give the digest (sha256:...) that a tag stands for, None if there is no such image.

    Raises RegistryError where the registry refuses or is not to be reached.
    """
    try:
        return _ask(reference, login.header if login else None)
    except HTTPError as error:
        challenge = error.headers.get("WWW-Authenticate", "")
        if error.code == 401 and challenge.startswith("Bearer "):
            return _ask_with_token(reference, challenge, login)
        raise RegistryError(f"{reference.url}: {error.code} {error.reason}") from error
    except OSError as error:
        raise RegistryError(f"{reference.url}: {error}") from error


def _ask_with_token(reference: Reference, challenge: str, login: Login | None) -> str | None:
    fields = dict(re.findall(r'(\w+)="([^"]*)"', challenge))
    where = f"{fields.pop('realm')}?{urlencode(fields)}"
    headers = {"Authorization": login.header} if login else {}
    try:
        with urlopen(Request(where, headers=headers), timeout=_SECONDS) as answer:  # noqa: S310 - as the registry says
            given = json.load(answer)
        return _ask(reference, f"Bearer {given.get('token') or given['access_token']}")
    except OSError as error:
        raise RegistryError(f"{reference.url}: {error}") from error


def _ask(reference: Reference, authorization: str | None) -> str | None:
    headers = {"Accept": ", ".join(_ACCEPTED)} | ({"Authorization": authorization} if authorization else {})
    request = Request(reference.url, headers=headers, method="HEAD")  # noqa: S310 - made of https or this machine's http
    try:
        with urlopen(request, timeout=_SECONDS) as answer:  # noqa: S310
            return str(answer.headers["Docker-Content-Digest"])
    except HTTPError as error:
        if error.code == 404:
            return None
        raise
