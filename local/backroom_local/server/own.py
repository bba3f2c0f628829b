"""What the twin answers of its own: `/_twin/health`, `/_twin/outputs`, `/_twin/apply`, `/_twin/stop`."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from backroom_local.server import wsgi
from backroom_local.server.wsgi import Environ, StartResponse
from backroom_local.template.errors import TemplateError

Action = Callable[[], Any]


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
            return wsgi.answer_json(start_response, 200, actions[path]())
        except TemplateError as error:
            return wsgi.answer_json(start_response, 409, {"error": type(error).__name__, "message": str(error)})
