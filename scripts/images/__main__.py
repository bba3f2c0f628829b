"""Builds and pushes the images that are not there yet, and writes their digests where `sam deploy` takes them.

`python -m scripts.images OUT [--registry REGISTRY/PATH] [--base IMAGE] [--platforms linux/arm64,linux/amd64]`
"""

import argparse
import base64
import os
import sys
from pathlib import Path

import yaml
from botocore.exceptions import BotoCoreError, ClientError

from scripts.images.content import sources
from scripts.images.engines import NoEngineError
from scripts.images.publishing import BuildError, Publisher
from scripts.images.registry import Login, Reference, RegistryError, digest, ecr_region

BASE = "python:3.13-slim"
PATH = "backroom"
"""Path of the repositories in a registry of ECR, as infrastructure/registry.yaml makes them."""


def own_registry() -> str:
    """Give ECR's registry of the account and region that the credentials at hand are for."""
    import boto3  # which takes longer to import than other registries to be asked

    session = boto3.Session()
    account = session.client("sts").get_caller_identity()["Account"]
    suffix = "amazonaws.com.cn" if session.region_name.startswith("cn-") else "amazonaws.com"
    return f"{account}.dkr.ecr.{session.region_name}.{suffix}/{PATH}"


def ecr_login(host: str) -> Login | None:
    """Give the login for a registry of ECR, good for 12 hours; None for another, where the engine is logged in."""
    region = ecr_region(host)
    if region is None:
        return None
    import boto3

    (given,) = boto3.client("ecr", region).get_authorization_token()["authorizationData"]
    user, _, password = base64.b64decode(given["authorizationToken"]).decode().partition(":")
    return Login(user, password)


def by_digest(base: str) -> str:
    """Give an image with the digest that it has now, if it has none yet. Raises RegistryError if it does not exist."""
    if "@sha256:" in base:
        return base
    reference = Reference.parse(base)
    found = digest(reference, ecr_login(reference.host))
    if found is None:
        raise RegistryError(f"{reference.url} does not exist: name another base by BASE=IMAGE")
    return f"{base}@{found}"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts.images", description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--registry", default="", help="Where the images go; by default ECR of the account at hand.")
    parser.add_argument("--base", default=BASE, help="Image that all are built on; one without a digest gets today's.")
    parser.add_argument("--platforms", default="linux/arm64,linux/amd64")
    return parser.parse_args()


def main() -> int:
    """Publish all images of this checkout; 1, and a message, if one cannot be."""
    given = _arguments()
    try:
        prefix = (given.registry or own_registry()).rstrip("/")
        base, platforms = by_digest(given.base), tuple(given.platforms.split(","))
        login = ecr_login(prefix.partition("/")[0])
        found = Publisher(prefix, base, platforms, os.environ, login).publish(sources(Path.cwd()))
    except (BotoCoreError, ClientError, BuildError, NoEngineError, RegistryError, FileNotFoundError) as error:
        print(f"make images: {error}", file=sys.stderr)
        return 1
    given.out.parent.mkdir(parents=True, exist_ok=True)
    given.out.write_text(yaml.safe_dump(found))
    print(f"wrote {given.out}, which `sam deploy` reads")
    return 0


if __name__ == "__main__":
    sys.exit(main())
