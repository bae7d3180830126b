"""mozilla-django-oidc: a Django site of its own process."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unicodedata import normalize

import pytest

from gateway.demo.check import free_ports
from gateway.demo.processes import Part, Running, stop, wait_until_ready
from tests.witnesses.features import Feature, Witness, proves
from tests.witnesses.person import HANAKO
from tests.witnesses.town import WitnessTown

pytestmark = pytest.mark.servers

PROGRAM = Path(__file__).parent / "python" / "django_service.py"
READY_SECONDS = 20


@contextmanager
def site(town: WitnessTown, folder: Path, client_id: str, alg: str) -> Iterator[str]:
    (port,) = free_ports(1)
    address = f"http://localhost:{port}"
    known: dict[str, Any] = town.register(
        client_id,
        redirect_uris=[f"{address}/oidc/callback/"],
        sector_identifier="django.example.test",
        token_endpoint_auth_method="client_secret_post",
        id_token_signed_response_alg=alg,
    )
    settings = json.dumps({**known, "alg": alg, "database": str(folder / "django.db")})
    log = folder / "django.log"
    with log.open("wb") as said:
        process = subprocess.Popen(  # noqa: S603
            [sys.executable, str(PROGRAM), str(port), settings],
            env={"PATH": os.environ["PATH"], "REQUESTS_CA_BUNDLE": str(town.ca.ca_file)},
            stdout=said,
            stderr=said,
            process_group=0,
        )
    running = Running(Part("Django", (), address, log), process)
    try:
        wait_until_ready(running.part, [running], time.monotonic() + READY_SECONDS)
        yield address
    finally:
        stop([running])


@pytest.mark.parametrize(
    "alg",
    [
        pytest.param("ES256", marks=proves(Witness.MOZILLA_DJANGO_OIDC, Feature.CODE)),
        pytest.param(
            "RS256", marks=proves(Witness.MOZILLA_DJANGO_OIDC, Feature.CLIENT_SECRET_POST)
        ),
    ],
)
def test_a_django_site_knows_who_signed_in(town: WitnessTown, tmp_path: Path, alg: str) -> None:
    with site(town, tmp_path, f"django-{alg.lower()}", alg) as address, town.person() as hanako:
        assert hanako.open(address).marks["user"] == "AnonymousUser"
        page = hanako.go_on(hanako.open(f"{address}/oidc/authenticate/"))
    # Django keeps user names in NFKC, where a wide space is a space.
    assert page.marks["user"] == normalize("NFKC", HANAKO.person.name)
