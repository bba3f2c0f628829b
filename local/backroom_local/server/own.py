"""What the twin answers of its own, under `/_twin/`.

GET health, outputs; POST apply, stop, `forward?seconds=3600` (sets the clock of the schedules forward).
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from backroom_local.server import wsgi
from backroom_local.server.wsgi import Environ, StartResponse
from backroom_local.template.errors import TemplateError

Action = Callable[[Mapping[str, str]], Any]
"""Takes the parameters of the query."""


@dataclass(frozen=True, slots=True)
class Own:
    """A WSGI application over the twin's own actions, each of which gives a JSON value."""

    reads: Mapping[str, Action]
    writes: Mapping[str, Action]

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request; 409 with the reason when the template cannot be applied."""
        path = environ["PATH_INFO"].removeprefix("/_twin/")
        actions = self.reads if environ["REQUEST_METHOD"] == "GET" else self.writes
        if path not in actions:
            known = sorted({*self.reads, *self.writes})
            return wsgi.answer_json(start_response, 404, {"message": f"/_twin/{path}: there is {', '.join(known)}"})
        wsgi.body(environ)
        try:
            return wsgi.answer_json(
                start_response, 200, actions[path](dict(parse_qsl(environ.get("QUERY_STRING", ""))))
            )
        except (KeyError, ValueError) as error:
            return wsgi.answer_json(start_response, 400, {"message": f"/_twin/{path}: {error!r}"})
        except TemplateError as error:
            return wsgi.answer_json(start_response, 409, {"error": type(error).__name__, "message": str(error)})
