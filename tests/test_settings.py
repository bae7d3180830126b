"""Every setting is typed, explained, and refused by name when it cannot be."""

import tomllib
from pathlib import Path
from typing import Any

import msgspec
import pytest

from gateway.errors import SettingsError
from gateway.settings import Settings
from gateway.settings_file import load_settings
from plugins.crl.settings import DEFAULTS as CRL_DEFAULTS
from plugins.jpki.auth import CARD_POLICY as AUTH_POLICY
from plugins.jpki.sign import CARD_POLICY as SIGN_POLICY
from plugins.ocsp.settings import DEFAULTS as OCSP_DEFAULTS
from plugins.verification_service.settings import DEFAULTS as SERVICE_DEFAULTS

FILE = Path(__file__).parents[1] / "conf" / "genkan.toml"


def code_defaults() -> dict[str, dict[str, Any]]:
    defaults: dict[str, dict[str, Any]] = msgspec.to_builtins(Settings())
    return {section: table for section, table in defaults.items() if section != "plugins"}


def test_every_setting_stands_in_the_file_with_its_default() -> None:
    documented = tomllib.loads(FILE.read_text("utf-8"))
    text = FILE.read_text("utf-8")
    for section, table in code_defaults().items():
        for key, value in table.items():
            if value is None:
                assert f"\n# {key} = " in text, f"{section}.{key} is not documented"
            else:
                found = documented[section].pop(key)
                assert found == (list(value) if isinstance(value, tuple) else value), key
    assert documented.pop("plugins") == {
        "jpki-sign": {"policies": [SIGN_POLICY]},
        "jpki-auth": {"policies": [AUTH_POLICY]},
        "crl": CRL_DEFAULTS,
        "ocsp": OCSP_DEFAULTS,
        "verification_service": SERVICE_DEFAULTS,
    }
    assert not any(documented.values()), "the file documents a setting that is not there"


def test_every_setting_has_a_comment_above_it() -> None:
    lines = FILE.read_text("utf-8").splitlines()
    for number, line in enumerate(lines):
        if " = " in line and not line.startswith("#"):
            block = lines[max(0, number - 3) : number]
            explained = any(above.startswith("# ") for above in block)
            assert explained, line


def test_the_file_as_shipped_is_the_defaults() -> None:
    shipped = load_settings(FILE, {})
    assert msgspec.structs.replace(shipped, plugins={}) == load_settings(None, {})


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    file = tmp_path / "genkan.toml"
    file.write_text("[server]\nlisten_port = 9000\n")
    environ = {
        "GENKAN_SERVER__LISTEN_PORT": "9001",
        "GENKAN_CARD__VALIDATORS": "one, two",
        "GENKAN_LOGIN__ACR_SIGNATURE_CERTIFICATE": "12",
        "OTHER": "x",
    }
    settings = load_settings(file, environ)
    assert settings.server.listen_port == 9001
    assert settings.card.validators == ("one", "two")
    assert settings.login.acr_signature_certificate == "12"


def test_a_url_with_a_password_may_lie_in_a_file(tmp_path: Path) -> None:
    secret = tmp_path / "records"
    secret.write_text("postgresql://genkan:secret@db/genkan\n")
    settings = load_settings(None, {"GENKAN_STORE__RECORDS_FILE": str(secret)})
    assert settings.store.records == "postgresql://genkan:secret@db/genkan"


@pytest.mark.parametrize(
    ("toml", "key"),
    [
        ("[server]\nport = 1", "server.port"),
        ("[sever]\nissuer = 'x'", "sever"),
        ("[server]\nlisten_port = '8000'", "server.listen_port"),
        ("[server]\nlisten_port = 70000", "server.listen_port"),
        ("[server]\nissuer = 'http://id.example.test'", "server.issuer"),
        ("[server]\nissuer = 'https://id.example.test/'", "server.issuer"),
        ("[server]\nissuer = 'https://id.example.test/x'", "server.issuer"),
        ("[server]\nissuer = 'https://ID.example.test'", "server.issuer"),
        ("[server]\nissuer = 'https://a@id.example.test'", "server.issuer"),
        ("[server]\nissuer = 'https://id.example.test:x'", "server.issuer"),
        ("[server]\nissuer = 'ldap://id.example.test'", "server.issuer"),
        ("[server]\nissuer = 'https://id.example.test?a=b'", "server.issuer"),
        ("[server]\nissuer = 'https://id.example.test#'", "server.issuer"),
        ("[server]\nissuer = 'https://id.example.test:443'", "server.issuer"),
        ("[server]\nissuer = 'https://id.example.test:65536'", "server.issuer"),
        ("[server]\nissuer = 'https://id example.test'", "server.issuer"),
        ('[server]\nissuer = "https://id.example.test\\n"', "server.issuer"),
        ("[server]\nlisten_host = ''", "server.listen_host"),
        ("server = 1", "server"),
        ("[server]\nworkers = 2", "store.moments"),
        ("[server]\nworkers = 0", "server.workers"),
        ("[server]\nbody_limit_bytes = -1", "server.body_limit_bytes"),
        (
            "[server]\nclient_certificate_header = 'Client-Cert'",
            "server.client_certificate_header",
        ),
        (
            "[server]\nclient_certificate_header = 'a b'\n[admin]\ntrusted_proxies = ['192.0.2.1']",
            "server.client_certificate_header",
        ),
        ("[server]\nclient_certificate_chain = 'maybe'", "server.client_certificate_chain"),
        ("[card]\nrevocation_sources = []", "card.revocation_sources"),
        ("[card]\nprofiles = []", "card.profiles"),
        ("[card]\ntrust = 'both'", "card.trust"),
        ("[card]\nchallenge_seconds = 301", "card.challenge_seconds"),
        ("[card]\ndocument_limit_bytes = 0", "card.document_limit_bytes"),
        ("[card]\nreader_agent = 'http://192.0.2.1:8765'", "card.reader_agent"),
        ("[login]\nsession_idle_seconds = 30000", "login.session_idle_seconds"),
        ("[login]\nacr_signature_certificate = 'two words'", "login.acr_signature_certificate"),
        (
            "[login]\nacr_signature_certificate = 'urn:genkan:acr:card-authentication'",
            "login.acr_signature_certificate",
        ),
        ("[oidc]\ncode_seconds = 601", "oidc.code_seconds"),
        (
            "[oidc]\nverified_claims_assurance_level = 'high'",
            "oidc.verified_claims_trust_framework",
        ),
        ("[oidc]\naccess_token_seconds = 9000000", "oidc.access_token_seconds"),
        ("[reader]\nlisten_host = '0.0.0.0'", "reader.listen_host"),
        ("[reader]\ngateway_origins = []", "reader.gateway_origins"),
        ("[reader]\ngateway_origins = ['https://id.example.test/']", "reader.gateway_origins"),
        ("[reader]\ngateway_origins = ['http://id.example.test']", "reader.gateway_origins"),
        ("[store]\nrecords_file = '/nowhere'", "store.records_file"),
    ],
)
def test_one_wrong_setting_stops_the_start_and_is_named(
    tmp_path: Path, toml: str, key: str
) -> None:
    file = tmp_path / "genkan.toml"
    file.write_text(toml)
    with pytest.raises(SettingsError) as refused:
        load_settings(file, {})
    assert str(refused.value).startswith(f"{key}: ")
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "issuer",
    [
        "https://id.example.test",
        "https://id.example.test:8443",
        "http://localhost:8000",
        "http://127.0.0.1:8000",
        "http://[::1]:8000",
    ],
)
def test_an_issuer_is_an_origin(issuer: str) -> None:
    settings = load_settings(None, {"GENKAN_SERVER__ISSUER": issuer})
    assert settings.server.issuer == issuer
    assert settings.secure_cookies == issuer.startswith("https:")


def test_more_workers_are_welcome_where_they_share_redis() -> None:
    environ = {"GENKAN_SERVER__WORKERS": "2", "GENKAN_STORE__MOMENTS": "redis://localhost:6379/0"}
    assert load_settings(None, environ).server.workers == 2


def test_a_switch_may_be_off_as_well_as_on() -> None:
    for text, told in (("true", True), ("false", False)):
        settings = load_settings(None, {"GENKAN_OIDC__SESSION_MANAGEMENT": text})
        assert settings.oidc.session_management is told


def test_a_section_that_is_no_table_is_named_with_an_override_too(tmp_path: Path) -> None:
    file = tmp_path / "genkan.toml"
    file.write_text("server = 1")
    with pytest.raises(SettingsError, match=r"^server: "):
        load_settings(file, {"GENKAN_SERVER__LISTEN_PORT": "8001"})


@pytest.mark.parametrize(
    "environ",
    [{"GENKAN_SERVER__PORT": "1"}, {"GENKAN_SEVER__PORT": "1"}, {"GENKAN_PLUGINS__X": "1"}],
)
def test_an_unknown_override_is_named(environ: dict[str, str]) -> None:
    with pytest.raises(SettingsError, match=next(iter(environ))):
        load_settings(None, environ)


def test_a_file_that_is_not_toml_or_not_there_is_named(tmp_path: Path) -> None:
    file = tmp_path / "genkan.toml"
    with pytest.raises(SettingsError, match=r"genkan\.toml"):
        load_settings(file, {})
    file.write_text("[server\n")
    with pytest.raises(SettingsError, match=r"genkan\.toml"):
        load_settings(file, {})


def test_settings_cannot_be_changed_once_read() -> None:
    with pytest.raises(AttributeError):
        load_settings(None, {}).server.listen_port = 1  # type: ignore[misc]
