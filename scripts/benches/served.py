"""How a server of the bench runs: the app as the product serves it."""

import os

from starlette.applications import Starlette

from scripts.benches.children import READY
from server.serve import serve as serve_as_the_product_does
from server.settings import Settings


def serve(app: Starlette, settings: Settings) -> None:
    """Serves until the process is stopped; says when it takes connections."""
    serve_as_the_product_does(app, settings, lambda _url: _announce())


def _announce() -> None:
    os.write(1, f"{READY}\n".encode())
