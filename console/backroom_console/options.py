"""Options that several commands share."""

from collections.abc import Callable
from functools import update_wrapper
from typing import Any

import click
from backroom.words import Outcome

from backroom_console.site import Choice, find_site

as_json = click.option("--json", "as_json", is_flag=True, help="Answer as JSON.")
outcome = click.option("--outcome", type=click.Choice([str(word) for word in Outcome]), help="Only these portions.")
tenants = click.option(
    "--tenant", "tenants", multiple=True, metavar="TENANT", help="Only this tenant; may be repeated."
)


def pass_site(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give the command the Site to work on as its first argument."""

    def with_site(choice: Choice, *arguments: Any, **options: Any) -> Any:
        return command(find_site(choice), *arguments, **options)

    return update_wrapper(click.pass_obj(with_site), command)


def examples(*lines: str) -> str:
    """Give an epilog with examples, one a line."""
    return "\b\nExamples:\n" + "\n".join(f"  {line}" for line in lines)
