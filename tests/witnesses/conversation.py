"""A program in a process of its own, which says line by line, in JSON, what it wants of the world.

It is told `setup` first. It says {"visit": url, "redirect_uri": …} and is told where the browser
ended; at the end it says {"done": …}, or fails with what it found.
"""

import json
import os
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

PATIENCE_SECONDS = 60
Deeds = Mapping[str, Callable[[dict[str, Any]], Mapping[str, object]]]


def converse(
    command: Sequence[str], folder: Path, setup: Mapping[str, object], deeds: Deeds, ca_file: Path
) -> Any:
    """Returns what the program found. Raises AssertionError with its last words."""
    trust = {
        "NODE_EXTRA_CA_CERTS": str(ca_file),
        "SSL_CERT_FILE": str(ca_file),
        "REQUESTS_CA_BUNDLE": str(ca_file),
    }
    process = subprocess.Popen(  # noqa: S603
        command,
        cwd=folder,
        env={"PATH": os.environ["PATH"], "HOME": str(folder), **trust},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        _say(process, setup)
        for line in process.stdout:
            said = json.loads(line)
            if "done" in said:
                return said["done"]
            name = next(iter(said))
            _say(process, deeds[name](said))
        process.wait(PATIENCE_SECONDS)
        assert process.stderr is not None
        raise AssertionError(process.stderr.read()[-4_000:])
    finally:
        process.kill()
        process.communicate()


def _say(process: subprocess.Popen[str], message: Mapping[str, object]) -> None:
    assert process.stdin is not None
    process.stdin.write(json.dumps(message) + "\n")
    process.stdin.flush()
