"""The strict rules that metadata must meet before a client is registered."""

import re
from collections.abc import Callable

from gateway.tenants import redirect_uris
from gateway.tenants.metadata import (
    COMMON_ID,
    ID_RULE,
    RESERVED,
    ClientMetadata,
    MetadataError,
    hosts_of,
    is_identifier,
    uses_secret,
)
from gateway.tenants.model import ClientKind, Tenant
from gateway.tenants.protocol import CIBA, DEVICE_CODE, JWT_BEARER, TOKEN_EXCHANGE
from gateway.tenants.reader_networks import problem_of_networks
from gateway.tenants.rules.authorization import (
    check_reader_asks_for_nobody,
    check_request_defaults,
    check_response_types,
    check_signed_requests,
)
from gateway.tenants.rules.delegation import (
    check_datatypes,
    check_delegating_grants,
    check_detail_types,
    check_reader_delegates_nothing,
    check_resources,
)
from gateway.tenants.rules.devices import (
    check_asks_nobody,
    check_counter,
    signs_residents_in,
)
from gateway.tenants.rules.encryption import (
    check_encryption,
    check_reader_gets_plain_answers,
    check_what_is_encrypted_is_signed,
)
from gateway.tenants.rules.fapi import check_fapi
from gateway.tenants.rules.logout import (
    check_back_channel,
    check_front_channel,
    check_reader_signs_nobody_out,
)
from gateway.tenants.rules.sender import (
    check_assertion_algorithm,
    check_certificate_name,
    check_keys,
)
from gateway.tenants.rules.software import check_software
from gateway.tenants.texts import problem_of_text

SERVICE_SCOPES = frozenset(
    {"openid", "profile", "address", "birthdate", "gender", "offline_access", "link", COMMON_ID}
)
READER_SCOPES = frozenset({"card:verify"})
SERVICE_GRANTS = frozenset(
    {
        *("authorization_code", "refresh_token", "client_credentials"),
        *(DEVICE_CODE, CIBA, TOKEN_EXCHANGE, JWT_BEARER),
    }
)

_SECRET = re.compile(r"[!-~]{32,256}\Z")


def check_tenant(tenant: Tenant) -> None:
    """Raises MetadataError."""
    if not is_identifier(tenant.tenant_id) or tenant.tenant_id == RESERVED:
        raise MetadataError("tenant_id", ID_RULE)
    for name, text in (("name_ja", tenant.name_ja), ("name_en", tenant.name_en)):
        _check_text(name, text, 200)


def check_metadata(kind: ClientKind, client_id: str, metadata: ClientMetadata) -> None:
    """Raises MetadataError."""
    if not is_identifier(client_id) or client_id == RESERVED:
        raise MetadataError("client_id", ID_RULE)
    for check in READER_CHECKS if kind is ClientKind.READER else SERVICE_CHECKS:
        check(metadata)


def check_secret(metadata: ClientMetadata, secret: str) -> None:
    """A secret that is brought along. It is kept under a fast hash, so it has to be a random one
    (RFC 6749 §10.10). Raises MetadataError."""
    if not uses_secret(metadata):
        raise MetadataError("client_secret", "this client authenticates without one")
    if not _SECRET.match(secret):
        raise MetadataError("client_secret", "32 to 256 random characters; without it, one is made")


def check_texts(metadata: ClientMetadata) -> None:
    for name, longest in (
        ("client_name_ja", 400),
        ("client_name_en", 400),
        ("purpose_ja", 400),
        ("purpose_en", 400),
        ("decision_document_number", 100),
        ("contact", 254),
    ):
        text = getattr(metadata, name)
        if text is not None:
            _check_text(name, text, longest)


def _check_text(name: str, text: str, longest: int) -> None:
    problem = problem_of_text(text, longest)
    if problem is not None:
        raise MetadataError(name, problem)


def check_service_grants(metadata: ClientMetadata) -> None:
    grants, method = set(metadata.grant_types), metadata.token_endpoint_auth_method
    if not grants or not grants <= SERVICE_GRANTS or len(grants) < len(metadata.grant_types):
        raise MetadataError("grant_types", "some of grant_types_supported, each once")
    if "refresh_token" in grants and not signs_residents_in(metadata):
        raise MetadataError("grant_types", "refresh_token needs a grant that signs residents in")
    if "client_credentials" in grants and method == "none":
        raise MetadataError("grant_types", "a public client has no credentials to use")
    if ("authorization_code" in grants) != bool(metadata.redirect_uris):
        raise MetadataError("redirect_uris", "they and authorization_code need each other")


def check_service_scope(metadata: ClientMetadata) -> None:
    scopes = set(metadata.scope.split(" "))
    if not scopes <= SERVICE_SCOPES or len(scopes) < len(metadata.scope.split(" ")):
        raise MetadataError("scope", f"some of {', '.join(sorted(SERVICE_SCOPES))}, each once")
    if signs_residents_in(metadata) and "openid" not in scopes:
        raise MetadataError("scope", "openid is needed")


def check_common_id(metadata: ClientMetadata) -> None:
    if metadata.may_see_common_id and metadata.decision_document_number is None:
        raise MetadataError("decision_document_number", "may_see_common_id needs one")
    scopes = metadata.scope.split(" ")
    if COMMON_ID in scopes and not metadata.may_see_common_id:
        raise MetadataError("scope", "common_id needs may_see_common_id")
    if COMMON_ID in scopes and not signs_residents_in(metadata):
        raise MetadataError("scope", "common_id needs a grant that signs residents in")


def check_service_has_no_networks(metadata: ClientMetadata) -> None:
    if metadata.allowed_networks:
        raise MetadataError("allowed_networks", "for readers only")


def check_redirect_uris(metadata: ClientMetadata) -> None:
    for name in ("redirect_uris", "post_logout_redirect_uris"):
        problem = redirect_uris.problem_of_all(getattr(metadata, name))
        if problem is not None:
            raise MetadataError(name, problem)


def check_sector(metadata: ClientMetadata) -> None:
    if metadata.sector_identifier is not None:
        if not redirect_uris.is_host(metadata.sector_identifier):
            raise MetadataError("sector_identifier", "a host name in lower case")
        return
    if len(hosts_of(metadata)) > 1:
        # OpenID Connect Core §8.1
        raise MetadataError("sector_identifier", "redirect_uris of several hosts need one")


def check_reader_is_plain(metadata: ClientMetadata) -> None:
    if metadata.grant_types != ("client_credentials",):
        raise MetadataError("grant_types", "a reader uses client_credentials only")
    if not set(metadata.scope.split(" ")) <= READER_SCOPES:
        raise MetadataError("scope", "a reader may have card:verify only")
    if metadata.token_endpoint_auth_method == "none":
        raise MetadataError("token_endpoint_auth_method", "a reader has to authenticate")
    if metadata.redirect_uris or metadata.post_logout_redirect_uris:
        raise MetadataError("redirect_uris", "a reader has none")
    if metadata.may_see_common_id:
        raise MetadataError("may_see_common_id", "for services only")


def check_reader_networks(metadata: ClientMetadata) -> None:
    problem = problem_of_networks(metadata.allowed_networks)
    if problem is not None:
        raise MetadataError("allowed_networks", problem)


Checks = tuple[Callable[[ClientMetadata], None], ...]
SERVICE_CHECKS: Checks = (
    check_texts,
    check_service_grants,
    check_service_scope,
    check_redirect_uris,
    check_keys,
    check_assertion_algorithm,
    check_certificate_name,
    check_sector,
    check_common_id,
    check_service_has_no_networks,
    check_back_channel,
    check_front_channel,
    check_counter,
    check_encryption,
    check_what_is_encrypted_is_signed,
    check_resources,
    check_datatypes,
    check_detail_types,
    check_delegating_grants,
    check_response_types,
    check_signed_requests,
    check_request_defaults,
    check_fapi,
    check_software,
)
READER_CHECKS: Checks = (
    check_texts,
    check_reader_is_plain,
    check_reader_signs_nobody_out,
    check_asks_nobody,
    check_reader_asks_for_nobody,
    check_reader_networks,
    check_keys,
    check_assertion_algorithm,
    check_certificate_name,
    check_sector,
    check_reader_gets_plain_answers,
    check_reader_delegates_nothing,
    check_software,
)
