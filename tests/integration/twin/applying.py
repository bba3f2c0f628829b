"""Applies templates of a test's own."""

from pathlib import Path

from backroom_local.settings import ACCOUNT
from backroom_local.template.expand import Deployment, expand
from backroom_local.template.resource import Site
from backroom_local.template.stack import Stack
from backroom_local.twin import Twin

ROOT = Path(__file__).parents[3]
REGION = "eu-central-1"


def apply(twin: Twin, folder: Path, text: str, stack: Stack | None = None, **overrides: str) -> tuple[Stack, list[str]]:
    """Apply a template of a test's own."""
    template = folder / "template.yaml"
    template.write_text(text)
    expanded = expand(Deployment(template, "local", ACCOUNT, REGION, overrides))
    stack = stack or Stack(Site(expanded.stack, ACCOUNT, REGION, folder, twin.clients.get, twin.stack.site.functions))  # type: ignore[union-attr]
    return stack, stack.apply(expanded)
