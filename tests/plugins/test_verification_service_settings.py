"""The table `[plugins.verification_service]`: a mistake in it stops the start, with its key."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from gateway.card.api import CertificateLinking, EvidenceSource, RevocationSource
from plugins.verification_service import VerificationService
from plugins.verification_service.settings import DEFAULTS, read_settings
from tests.support.throwaway_ca import ThrowawayCa

URL = "https://pf.example.test/jpki/"
Table = dict[str, object]


@pytest.fixture(scope="module")
def mtls(tmp_path_factory: pytest.TempPathFactory) -> Table:
    ca = ThrowawayCa(tmp_path_factory.mktemp("mtls"))
    client = ca.client()
    return {
        "base_url": URL,
        "ca_file": str(ca.ca_file),
        "client_certificate_file": str(client.certificate_file),
        "client_key_file": str(client.key_file),
    }


@pytest.fixture(scope="module")
def by_jwt(mtls: Table) -> Table:
    return {
        "base_url": URL,
        "client_auth": "private_key_jwt",
        "client_key_file": mtls["client_key_file"],
        "client_id": "genkan",
        "token_url": "https://pf.example.test/token",
    }


def write_key(
    folder: Path, key: PrivateKeyTypes, encryption: BestAvailableEncryption | None = None
) -> str:
    file = folder / "a.key"
    hidden = encryption or NoEncryption()
    file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, hidden))
    return str(file)


def test_it_is_a_source_and_links_certificates(mtls: Table) -> None:
    plugin = VerificationService(mtls)

    assert plugin.name == "verification_service"
    assert isinstance(plugin, RevocationSource)
    assert isinstance(plugin, CertificateLinking)
    assert not isinstance(plugin, EvidenceSource)


def test_an_address_and_a_way_to_prove_oneself_are_enough(mtls: Table, by_jwt: Table) -> None:
    checked = read_settings(mtls)
    assert checked.base_url == "https://pf.example.test/jpki"
    assert checked.private_key_jwt is None
    assert checked.freshness.skew == timedelta(minutes=1)
    assert checked.freshness.max_age == timedelta(minutes=30)
    assert checked.timeout == timedelta(seconds=5)
    assert checked.max_at_once == 16

    client = read_settings(by_jwt).private_key_jwt
    assert client is not None
    assert (client.client_id, client.algorithm, client.key_id) == ("genkan", "ES256", "")
    assert "key=" not in repr(client)


def test_everything_can_be_said(by_jwt: Table) -> None:
    table: Table = {
        **by_jwt,
        "ca_file": "",
        "client_certificate_file": "",
        "scope": "status linking",
        "assertion_algorithm": "ES256",
        "assertion_key_id": "1",
        "skew_seconds": 0,
        "max_age_seconds": 0,
        "timeout_seconds": 2,
        "max_at_once": 32,
        "breaker_failures": 1,
        "breaker_pause_seconds": 10,
        "cache_seconds": 0,
    }
    checked = read_settings(table)

    assert table.keys() == DEFAULTS.keys()
    assert checked.freshness.max_age is None
    assert (checked.max_at_once, checked.breaker_failures) == (32, 1)
    assert checked.cache_bound == timedelta()


@pytest.mark.parametrize("url", ["http://127.0.0.1:8080", "http://[::1]/x", URL])
def test_plain_http_is_for_this_machine_only(by_jwt: Table, url: str) -> None:
    assert read_settings({**by_jwt, "base_url": url, "token_url": url}).base_url == url.rstrip("/")


BAD_URLS = (
    *("", "pf.example.test", "ftp://pf.example.test/", "https:///x", "file:///etc/passwd"),
    *("http://pf.example.test/", "http://localhost/", "http://127.0.0.1.example.test/"),
    *("http://0.0.0.0/", "https://user@pf.example.test/", "https://pf.example.test/#a"),
    *("https://pf.example.test/?a=b", "https://pf.example.test:0/", "https://pf.example.test/a b"),
    *(3, True, None, [URL]),
)


@pytest.mark.parametrize("key", ["base_url", "token_url"])
@pytest.mark.parametrize("url", BAD_URLS, ids=str)
def test_an_address_is_https_and_nothing_besides(by_jwt: Table, key: str, url: object) -> None:
    with pytest.raises(ValueError, match=rf"^{key}: "):
        read_settings({**by_jwt, key: url})


def test_a_client_certificate_needs_tls(mtls: Table) -> None:
    with pytest.raises(ValueError, match=r"^base_url: a client certificate needs https$"):
        read_settings({**mtls, "base_url": "http://127.0.0.1/"})


@pytest.mark.parametrize(
    "change",
    [
        {"url": URL},
        {"ca_file": "/nowhere"},
        {"ca_file": 1},
        {"client_auth": "none"},
        {"client_auth": ["mtls"]},
        {"client_key_file": ""},
        {"client_certificate_file": ""},
        {"client_certificate_file": "/nowhere"},
        {"client_id": "genkan"},
        {"scope": "x"},
        {"skew_seconds": -1},
        {"max_age_seconds": 86_401},
        {"timeout_seconds": 0},
        {"max_at_once": 0},
        {"max_at_once": 33},
        {"breaker_failures": 0},
        {"breaker_pause_seconds": "30"},
        {"cache_seconds": True},
    ],
    ids=str,
)
def test_a_mistake_is_told_with_its_key(mtls: Table, change: Mapping[str, object]) -> None:
    with pytest.raises(ValueError, match=r": ") as raised:
        VerificationService({**mtls, **change})
    assert str(raised.value).split(": ")[0] == next(iter(change))


@pytest.mark.parametrize(
    "change",
    [
        {"client_id": ""},
        {"client_id": "a\nb"},
        {"client_key_file": ""},
        {"client_key_file": "/nowhere"},
        {"client_certificate_file": "client.pem"},
        {"assertion_algorithm": "HS256"},
        {"assertion_algorithm": "none"},
        {"assertion_algorithm": ""},
        {"scope": 1},
        {"assertion_key_id": None},
    ],
    ids=str,
)
def test_a_mistake_of_the_other_way_too(by_jwt: Table, change: Mapping[str, object]) -> None:
    with pytest.raises(ValueError, match=r": ") as raised:
        VerificationService({**by_jwt, **change})
    assert str(raised.value).split(": ")[0] == next(iter(change))


def test_a_key_of_another_certificate_is_told(mtls: Table, tmp_path: Path) -> None:
    other = write_key(tmp_path, ec.generate_private_key(ec.SECP256R1()))
    with pytest.raises(ValueError, match=r"^client_certificate_file: .*KEY_VALUES_MISMATCH"):
        read_settings({**mtls, "client_key_file": other})


def test_a_key_under_a_password_is_told_and_nobody_is_asked(
    mtls: Table, by_jwt: Table, tmp_path: Path
) -> None:
    hidden = write_key(
        tmp_path, ec.generate_private_key(ec.SECP256R1()), BestAvailableEncryption(b"x")
    )
    with pytest.raises(ValueError, match=r"^client_certificate_file: "):
        read_settings({**mtls, "client_key_file": hidden})
    with pytest.raises(ValueError, match=r"^client_key_file: .* without a password$"):
        read_settings({**by_jwt, "client_key_file": hidden})


def test_what_is_no_key_is_told_without_a_word_of_it(by_jwt: Table, tmp_path: Path) -> None:
    file = tmp_path / "a.key"
    file.write_text("a secret")
    with pytest.raises(ValueError, match=r"^client_key_file: no private key in PEM") as raised:
        read_settings({**by_jwt, "client_key_file": str(file)})
    assert "secret" not in str(raised.value)


KEYS: dict[str, PrivateKeyTypes] = {
    "ES256": ec.generate_private_key(ec.SECP256R1()),
    "ES384": ec.generate_private_key(ec.SECP384R1()),
    "PS256": rsa.generate_private_key(65537, 2048),
    "EdDSA": ed25519.Ed25519PrivateKey.generate(),
}


@pytest.mark.parametrize("algorithm", KEYS)
@pytest.mark.parametrize("kind", KEYS)
def test_a_key_is_of_the_kind_its_algorithm_needs(
    by_jwt: Table, tmp_path: Path, algorithm: str, kind: str
) -> None:
    table = {
        **by_jwt,
        "assertion_algorithm": algorithm,
        "client_key_file": write_key(tmp_path, KEYS[kind]),
    }
    if algorithm == kind:
        assert read_settings(table).private_key_jwt
        return
    with pytest.raises(ValueError, match=rf"^client_key_file: its key is not fit for {algorithm}$"):
        read_settings(table)


def test_a_weak_rsa_key_is_not_taken(by_jwt: Table, tmp_path: Path) -> None:
    weak = write_key(tmp_path, rsa.generate_private_key(65537, 1024))  # noqa: S505
    with pytest.raises(ValueError, match=r"^client_key_file: its key is not fit for RS256$"):
        read_settings({**by_jwt, "assertion_algorithm": "RS256", "client_key_file": weak})
