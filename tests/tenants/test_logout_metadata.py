"""Where a service is told of a sign-out is registered under rules of its own."""

from typing import Any

import pytest

from gateway.tenants.metadata import MetadataError
from gateway.tenants.metadata_rules import check_metadata
from gateway.tenants.model import ClientKind
from tests.support.gateway import reader_metadata, service_metadata

BACK, FRONT = "backchannel_logout_uri", "frontchannel_logout_uri"
NEITHER = [
    "http://health.example.test/out",
    "https://health.example.test/out#now",
    "https://user@health.example.test/out",
    "https://*.example.test/out",
    "https://health.example.test/../out",
    "com.example.health:/out",
    "javascript:alert(1)",
    "//health.example.test/out",
    "/out",
    "",
    "https://health.example.test/" + "o" * 2_000,
]


def check(**changes: Any) -> None:
    check_metadata(ClientKind.SERVICE, "health", service_metadata("health", **changes))


@pytest.mark.parametrize(
    "metadata",
    [
        {BACK: "https://health.example.test/out?a=1"},
        {BACK: "https://inner.example.test:8443/out"},
        {BACK: "http://127.0.0.1:8101/out"},
        {BACK: "https://h.example.test/out", "backchannel_logout_session_required": True},
        {FRONT: "https://health.example.test/out?a=1"},
        {FRONT: "https://health.example.test:443/out"},
        {FRONT: "https://health.example.test/o", "frontchannel_logout_session_required": True},
        {
            FRONT: "http://localhost:8101/out",
            "redirect_uris": ("http://localhost:8101/callback",),
        },
    ],
)
def test_a_good_one_is_registered(metadata: dict[str, Any]) -> None:
    check(**metadata)


@pytest.mark.parametrize("uri", NEITHER)
@pytest.mark.parametrize("field", [BACK, FRONT])
def test_one_that_could_be_misused_is_not(field: str, uri: str) -> None:
    with pytest.raises(MetadataError) as refused:
        check(**{field: uri})
    assert refused.value.field == field


@pytest.mark.parametrize(
    "uri",
    [
        "https://photos.example.test/out",
        "https://health.example.test:8443/out",
        "http://localhost/out",
        "https://sub.health.example.test/out",
    ],
)
def test_a_frame_is_of_an_origin_that_is_redirected_to(uri: str) -> None:
    with pytest.raises(MetadataError) as refused:
        check(**{FRONT: uri})
    assert refused.value.field == FRONT


@pytest.mark.parametrize(
    "field", ["backchannel_logout_session_required", "frontchannel_logout_session_required"]
)
def test_whoever_needs_a_sid_says_where(field: str) -> None:
    with pytest.raises(MetadataError) as refused:
        check(**{field: True})
    assert refused.value.field == field


@pytest.mark.parametrize("field", [BACK, FRONT])
def test_a_reader_has_none(field: str) -> None:
    metadata = reader_metadata(**{field: "https://counter.example.test/out"})
    with pytest.raises(MetadataError) as refused:
        check_metadata(ClientKind.READER, "counter", metadata)
    assert refused.value.field == field
