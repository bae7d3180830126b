"""What a service is registered with that signs residents in at a kiosk or a counter."""

from typing import Any

import pytest

from gateway.tenants.metadata import MetadataError
from gateway.tenants.metadata_rules import check_metadata
from gateway.tenants.model import ClientKind
from gateway.tenants.protocol import CIBA, DEVICE_CODE
from tests.tenants.town import READER, SERVICE, metadata, new_jwk

PING = "https://health.example/ping"
KIOSK: dict[str, Any] = {"grant_types": [DEVICE_CODE], "redirect_uris": None}
POLL: dict[str, Any] = {
    "grant_types": ["authorization_code", CIBA],
    "backchannel_token_delivery_mode": "poll",
}
TOLD: dict[str, Any] = {
    "grant_types": [CIBA],
    "redirect_uris": None,
    "backchannel_token_delivery_mode": "ping",
    "backchannel_client_notification_endpoint": PING,
}
SIGNED = {"backchannel_authentication_request_signing_alg": "ES256"}


@pytest.mark.parametrize(
    "change",
    [
        KIOSK,
        {**KIOSK, "token_endpoint_auth_method": "none"},
        {**KIOSK, "grant_types": [DEVICE_CODE, "refresh_token"]},
        POLL,
        TOLD,
        {**TOLD, "grant_types": [CIBA, "refresh_token"]},
        {**POLL, **SIGNED, "jwks": {"keys": [new_jwk()]}},
    ],
)
def test_good_metadata_is_accepted(change: dict[str, Any]) -> None:
    check_metadata(ClientKind.SERVICE, "health", metadata(SERVICE, **change))


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("scope", {**KIOSK, "scope": "profile"}),
        ("scope", {**TOLD, "scope": "profile"}),
        ("redirect_uris", {**KIOSK, "redirect_uris": ["https://a.example/cb"]}),
        ("grant_types", {"grant_types": ["refresh_token"], "redirect_uris": None}),
        ("grant_types", {**POLL, "token_endpoint_auth_method": "none"}),
        ("backchannel_token_delivery_mode", {**POLL, "backchannel_token_delivery_mode": None}),
        ("backchannel_token_delivery_mode", {"backchannel_token_delivery_mode": "poll"}),
        (
            "backchannel_client_notification_endpoint",
            {**POLL, "backchannel_client_notification_endpoint": PING},
        ),
        (
            "backchannel_client_notification_endpoint",
            {**TOLD, "backchannel_client_notification_endpoint": None},
        ),
        *(
            (
                "backchannel_client_notification_endpoint",
                {**TOLD, "backchannel_client_notification_endpoint": uri},
            )
            for uri in (
                "http://localhost/ping",
                "com.example:/ping",
                "https://health.example/ping#x",
                "https://user@health.example/ping",
                "https://*.example/ping",
                "ping",
            )
        ),
        ("jwks", {**POLL, **SIGNED}),
        ("jwks", {**POLL, **SIGNED, "jwks": {"keys": [{**new_jwk(), "use": "enc"}]}}),
        ("backchannel_authentication_request_signing_alg", SIGNED),
        ("backchannel_user_code_parameter", {**POLL, "backchannel_user_code_parameter": True}),
    ],
)
def test_bad_metadata_is_refused_by_name(field: str, change: dict[str, Any]) -> None:
    with pytest.raises(MetadataError) as refused:
        check_metadata(ClientKind.SERVICE, "health", metadata(SERVICE, **change))
    assert refused.value.field == field


def test_a_reader_asks_nobody() -> None:
    with pytest.raises(MetadataError):
        check_metadata(
            ClientKind.READER,
            "counter",
            metadata(READER, backchannel_token_delivery_mode="poll"),
        )
