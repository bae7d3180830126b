"""Style sheets and scripts, from the package."""

from importlib.resources import files
from pathlib import Path

from starlette.routing import Mount
from starlette.staticfiles import StaticFiles


def static_route() -> Mount:
    folder = Path(str(files("gateway.web").joinpath("static")))
    return Mount("/static", StaticFiles(directory=folder), name="static")
