"""The table `[plugins.ocsp]`: what it may say, and that a mistake in it stops the start."""

from datetime import timedelta

import pytest

from gateway.card.api import EvidenceSource, RevocationSource
from plugins.ocsp import OcspSource, Rules
from plugins.ocsp.settings import DEFAULTS, EVERY_ANCHOR, Nonce, Responder, read_settings

URL = "http://ocsp.example.test/"
FINGERPRINT = "0A" * 32
EVERYBODY = {"responders": {EVERY_ANCHOR: URL}}


def test_one_responder_is_enough() -> None:
    checked = read_settings(EVERYBODY)

    assert checked.responders == {EVERY_ANCHOR: Responder(URL, Nonce.REQUIRED)}
    assert not checked.use_aia
    assert checked.rules == Rules()
    assert checked.timeout == timedelta(seconds=5)
    assert checked.cache_bound == timedelta(minutes=5)


def test_everything_can_be_said() -> None:
    table: dict[str, object] = {
        "responders": {FINGERPRINT: {"url": URL, "nonce": "off"}, EVERY_ANCHOR: URL},
        "use_aia": True,
        "nonce": "optional",
        "request_hash": "sha1",
        "skew_seconds": 0,
        "max_age_seconds": 0,
        "require_nocheck": False,
        "timeout_seconds": 2,
        "breaker_failures": 1,
        "breaker_pause_seconds": 10,
        "cache_seconds": 0,
    }
    checked = read_settings(table)

    assert table.keys() == DEFAULTS.keys()
    assert checked.responders == {
        FINGERPRINT: Responder(URL, Nonce.OFF),
        EVERY_ANCHOR: Responder(URL, Nonce.OPTIONAL),
    }
    assert checked.use_aia
    assert checked.nonce is Nonce.OPTIONAL
    assert checked.request_hash == "sha1"
    assert checked.rules == Rules(skew=timedelta(), max_age=None, require_nocheck=False)
    assert checked.timeout == timedelta(seconds=2)
    assert checked.breaker_failures == 1
    assert checked.breaker_pause == timedelta(seconds=10)
    assert checked.cache_bound == timedelta()


def test_the_certificates_own_responder_is_asked_only_by_decision() -> None:
    assert read_settings({"use_aia": True}).use_aia
    with pytest.raises(ValueError, match=r"^responders: at least one is needed"):
        read_settings({})
    with pytest.raises(ValueError, match=r"^responders: at least one is needed"):
        read_settings({"responders": {}})


@pytest.mark.parametrize(
    "url",
    [
        *("", "ocsp.example.test", "//ocsp.example.test/", "ftp://ocsp.example.test/", "http:///x"),
        *("file:///etc/passwd", "http://user@ocsp.example.test/", "http://ocsp.example.test/#a"),
        *("http://ocsp.example.test:0/", "http://ocsp.example.test:99999/", "http://[::1"),
        *("http://ocsp.example.test/a b", "http://ocsp.example.test/\n", "http://例え.test/"),
        *(3, True, None, ["http://ocsp.example.test/"]),
    ],
)
def test_a_responder_is_a_plain_http_url(url: object) -> None:
    with pytest.raises(ValueError, match=r"^responders\.\*: an http or https URL is needed$"):
        read_settings({"responders": {EVERY_ANCHOR: url}})
    with pytest.raises(ValueError, match=r"^responders\.\*: an http or https URL is needed$"):
        read_settings({"responders": {EVERY_ANCHOR: {"url": url}}})


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8080", "https://ocsp.example.test/a?b=c", "http://[::1]:80/"]
)
def test_any_port_and_path_will_do(url: str) -> None:
    assert read_settings({"responders": {EVERY_ANCHOR: url}}).responders[EVERY_ANCHOR].url == url


@pytest.mark.parametrize(
    ("table", "key"),
    [
        ({"responder": URL}, "responder"),
        ({"responders": URL}, "responders"),
        ({"responders": {"abc": URL}}, "responders.abc"),
        ({"responders": {FINGERPRINT.lower(): URL}}, f"responders.{FINGERPRINT.lower()}"),
        ({"responders": {EVERY_ANCHOR: {"url": URL, "port": 80}}}, "responders.*.port"),
        ({"responders": {EVERY_ANCHOR: {"url": URL, "nonce": 1}}}, "responders.*.nonce"),
        ({**EVERYBODY, "nonce": "sometimes"}, "nonce"),
        ({**EVERYBODY, "nonce": True}, "nonce"),
        ({**EVERYBODY, "request_hash": "md5"}, "request_hash"),
        ({**EVERYBODY, "request_hash": ["sha1"]}, "request_hash"),
        ({**EVERYBODY, "use_aia": "yes"}, "use_aia"),
        ({**EVERYBODY, "require_nocheck": 0}, "require_nocheck"),
        ({**EVERYBODY, "skew_seconds": -1}, "skew_seconds"),
        ({**EVERYBODY, "skew_seconds": 86_401}, "skew_seconds"),
        ({**EVERYBODY, "max_age_seconds": True}, "max_age_seconds"),
        ({**EVERYBODY, "timeout_seconds": 0}, "timeout_seconds"),
        ({**EVERYBODY, "timeout_seconds": 1.5}, "timeout_seconds"),
        ({**EVERYBODY, "breaker_failures": 0}, "breaker_failures"),
        ({**EVERYBODY, "breaker_pause_seconds": "30"}, "breaker_pause_seconds"),
        ({**EVERYBODY, "cache_seconds": -1}, "cache_seconds"),
    ],
)
def test_a_mistake_is_told_with_its_key(table: dict[str, object], key: str) -> None:
    with pytest.raises(ValueError, match=r": ") as raised:
        OcspSource(table)
    assert str(raised.value).split(": ")[0] == key


def test_it_is_a_source_that_keeps_no_evidence() -> None:
    source = OcspSource(EVERYBODY)

    assert isinstance(source, RevocationSource)
    assert not isinstance(source, EvidenceSource)
    assert source.name == "ocsp"
