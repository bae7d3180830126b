"""What the commands share: the settings option, and how things are printed."""

import os
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from gateway.settings import Settings
from gateway.settings_file import load_settings

out = Console(soft_wrap=True, highlight=False, markup=False)

ConfigOption = Annotated[
    Path | None,
    typer.Option(
        "--config", help="The settings file; without it, the defaults.", envvar="GENKAN_CONFIG"
    ),
]


def read_settings(config: Path | None) -> Settings:
    return load_settings(config, os.environ)


def write_time(at: datetime | None) -> str:
    return "" if at is None else f"{at:%Y-%m-%d %H:%M} UTC"
