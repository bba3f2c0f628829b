"""`backroom console`: the web console."""

import click

from backroom_console.connection import Connection
from backroom_console.errors import PortTakenError
from backroom_console.invocation import Invocation, command
from backroom_console.web.serving import Serving, make_site, serve


@command("backroom console", "backroom console --port 8222 --no-open", "backroom console --profile prod")
@click.option("--port", type=click.IntRange(0, 65535), default=0, show_default=True, help="0: any that is free.")
@click.option("--allow-actions", is_flag=True, help="Let pages start, resume and cancel runs; else they only show.")
@click.option("--open/--no-open", "open_browser", default=True, show_default=True, help="Open it in the browser.")
def console(invocation: Invocation, port: int, allow_actions: bool, open_browser: bool) -> None:
    """Serve the web console on this machine, until Ctrl-C.

    It answers at 127.0.0.1 and localhost only, and changes nothing unless --allow-actions is given. With --json the
    address is said as JSON.
    """
    target = invocation.connection.target
    site = make_site(lambda: Connection(target), allow_actions)
    try:
        serve(site, Serving(port, allow_actions, open_browser), lambda address: _say(invocation, site.place, address))
    except OSError as error:
        raise PortTakenError(f"port {port} cannot be had ({error}): name another one, or none for any") from error


def _say(invocation: Invocation, place: str, address: str) -> None:
    if invocation.output.as_json:
        invocation.output.json({"address": address})
    else:
        invocation.output.line(f"The console of the {place} is at {address}\nEnd it with Ctrl-C.")
