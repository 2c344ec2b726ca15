"""The one way a file is handed out over HTTP: with its media type, under a name, saved or shown."""

from typing import Literal

from flask import Response


def as_file(
    content: bytes | str, mimetype: str, filename: str, disposition: Literal["attachment", "inline"] = "attachment"
) -> Response:
    """Return an answer that a browser saves under the name, or shows where it is ``inline``."""
    response = Response(content, mimetype=mimetype)
    response.headers.set("Content-Disposition", disposition, filename=filename)
    return response
