"""What the provider says of itself: OpenID Connect Discovery 1.0 §3 and RFC 8414 §2.

Endpoints stand in it because they are mounted, values because the code that honours them names
them; nothing is advertised by hand.
"""

from collections.abc import Iterable
from typing import get_args

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.consent.details import TYPES
from gateway.keys.model import ALGORITHMS as SIGNING_ALGORITHMS
from gateway.oidc import answer_encryption, request_encryption
from gateway.oidc.authorization.response_modes import NAMES as RESPONSE_MODES
from gateway.oidc.claims import ATTRIBUTES_CHANGED
from gateway.oidc.clients.assertion import ASSERTION_ALGORITHMS
from gateway.oidc.clients.authentication import methods_offered, tls_methods
from gateway.oidc.model import VERIFIED_CLAIMS
from gateway.oidc.provider import Provider
from gateway.oidc.scopes import ABOUT_THE_PERSON, SCOPES
from gateway.oidc.tokens.dpop_key import ALGORITHMS as DPOP_ALGORITHMS
from gateway.oidc.tokens.token import GRANTS
from gateway.oidc.verified.verification import DOCUMENT, EVIDENCE, possible_check_methods
from gateway.tenants.protocol import ClientSigningAlg, DeliveryMode, ResponseType

OPENID = "/.well-known/openid-configuration"
OAUTH = "/.well-known/oauth-authorization-server"

# The route's name → the member that tells where it is.
MEMBERS = {
    "authorize": "authorization_endpoint",
    "par": "pushed_authorization_request_endpoint",
    "token": "token_endpoint",
    "userinfo": "userinfo_endpoint",
    "introspect": "introspection_endpoint",
    "revoke": "revocation_endpoint",
    "logout": "end_session_endpoint",
    "check_session": "check_session_iframe",
    "jwks": "jwks_uri",
    "device_authorization": "device_authorization_endpoint",
    "backchannel_authentication": "backchannel_authentication_endpoint",
    "register": "registration_endpoint",
}
_ABOUT_THE_SIGN_IN = (
    "iss",
    "aud",
    "exp",
    "iat",
    "auth_time",
    "acr",
    "amr",
    "nonce",
    "at_hash",
    "c_hash",
    "sid",
)


class Discovery:
    def __init__(self, provider: Provider, mounted: Iterable[Route]) -> None:
        self._body = msgspec.json.encode(metadata(provider, mounted))

    def routes(self) -> list[Route]:
        return [Route(path, self.show, methods=["GET"]) for path in (OPENID, OAUTH)]

    async def show(self, _: Request) -> Response:
        headers = {"Cache-Control": "public, max-age=300"}
        return Response(self._body, headers=headers, media_type="application/json")


def metadata(provider: Provider, mounted: Iterable[Route]) -> dict[str, object]:
    endpoints = {
        MEMBERS[route.name]: provider.issuer + route.path
        for route in mounted
        if route.name in MEMBERS
    }
    shown = [claim for claims in SCOPES.values() for claim in claims]
    if provider.tells_verified:
        shown.append(VERIFIED_CLAIMS)
    return {
        "issuer": provider.issuer,
        **endpoints,
        "scopes_supported": list(SCOPES),
        "claims_supported": [*shown, ATTRIBUTES_CHANGED, *_ABOUT_THE_SIGN_IN],
        "claims_parameter_supported": True,
        **_verified(provider),
        "response_types_supported": list(get_args(ResponseType)),
        "response_modes_supported": list(RESPONSE_MODES),
        "grant_types_supported": list(GRANTS),
        "authorization_details_types_supported": list(TYPES),
        "subject_types_supported": ["pairwise"],
        **_protection(),
        "protected_resources": [provider.issuer],
        "acr_values_supported": list(provider.acr_order),
        "prompt_values_supported": ["none", "login", "consent", "select_account"],
        "ui_locales_supported": ["ja", "en"],
        **_client_authentication(provider),
        "dpop_signing_alg_values_supported": list(DPOP_ALGORITHMS),
        # RFC 8705 §3.3
        "tls_client_certificate_bound_access_tokens": bool(tls_methods(provider.settings.server)),
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": True,
        "backchannel_logout_supported": True,
        "backchannel_logout_session_supported": True,
        "frontchannel_logout_supported": True,
        "frontchannel_logout_session_supported": True,
        "backchannel_token_delivery_modes_supported": list(get_args(DeliveryMode)),
        "backchannel_authentication_request_signing_alg_values_supported": list(
            get_args(ClientSigningAlg)
        ),
        "backchannel_user_code_parameter_supported": False,
        "request_parameter_supported": True,
        "request_object_signing_alg_values_supported": list(get_args(ClientSigningAlg)),
        "request_object_encryption_alg_values_supported": list(request_encryption.ALGORITHMS),
        "request_object_encryption_enc_values_supported": list(answer_encryption.ENCODINGS),
        "request_uri_parameter_supported": False,
    }


def _verified(provider: Provider) -> dict[str, object]:
    """OpenID Connect for Identity Assurance 1.0 §8."""
    if not provider.tells_verified:
        return {}
    settings = provider.settings
    return {
        "verified_claims_supported": True,
        "trust_frameworks_supported": [settings.oidc.verified_claims_trust_framework],
        "claims_in_verified_claims_supported": sorted(ABOUT_THE_PERSON),
        "evidence_supported": [EVIDENCE],
        "documents_supported": [DOCUMENT],
        "documents_check_methods_supported": possible_check_methods(settings.card),
        "attachments_supported": [],
    }


def _client_authentication(provider: Provider) -> dict[str, object]:
    """RFC 8414 §2."""
    methods = methods_offered(provider.settings.server)
    confidential = [method for method in methods if method != "none"]
    return {
        "token_endpoint_auth_methods_supported": list(methods),
        "token_endpoint_auth_signing_alg_values_supported": list(ASSERTION_ALGORITHMS),
        "introspection_endpoint_auth_methods_supported": confidential,
        "introspection_endpoint_auth_signing_alg_values_supported": list(ASSERTION_ALGORITHMS),
        "revocation_endpoint_auth_methods_supported": list(methods),
        "revocation_endpoint_auth_signing_alg_values_supported": list(ASSERTION_ALGORITHMS),
    }


def _protection() -> dict[str, object]:
    """How answers are signed, and encrypted (OpenID Connect Discovery §3, JARM §4,
    RFC 9701 §7)."""
    told: dict[str, object] = {}
    for answer in ("id_token", "userinfo", "authorization", "introspection"):
        told[f"{answer}_signing_alg_values_supported"] = list(SIGNING_ALGORITHMS)
        told[f"{answer}_encryption_alg_values_supported"] = list(answer_encryption.ALGORITHMS)
        told[f"{answer}_encryption_enc_values_supported"] = list(answer_encryption.ENCODINGS)
    return told
