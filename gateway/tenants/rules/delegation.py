"""What a service may provide to others and may do for residents at others (RFC 8707, RFC 9396,
RFC 8693, RFC 7523): least by itself, and nothing that no other member makes sense of."""

import re
from urllib.parse import urlsplit

from gateway.tenants.metadata import ClientMetadata, MetadataError
from gateway.tenants.protocol import DATA_FLOW, JWT_BEARER, TOKEN_EXCHANGE
from gateway.tenants.redirect_uris import problem_of
from gateway.tenants.texts import problem_of_text

MAX_RESOURCES = 32
MAX_DATATYPES = 32
MAX_RESOURCE = 512
_NAME = re.compile(r"[a-z][a-z0-9_.-]{0,63}\Z")
_LONGEST_LABEL = 100
_FIELDS = ("resources", "datatypes", "allowed_resources", "authorization_details_types")


def problem_of_resource(uri: str) -> str | None:
    """RFC 8707 §2: absolute, without fragment; and without a query, which it advises against."""
    if len(uri) > MAX_RESOURCE:
        return f"up to {MAX_RESOURCE} characters"
    problem = problem_of(uri)
    if problem is not None:
        return problem
    if urlsplit(uri).scheme != "https" or "?" in uri:
        return "https, without a query"
    return None


def check_resources(metadata: ClientMetadata) -> None:
    for name in ("resources", "allowed_resources"):
        uris = getattr(metadata, name)
        if len(set(uris)) != len(uris) or len(uris) > MAX_RESOURCES:
            raise MetadataError(name, f"up to {MAX_RESOURCES}, each once")
        for number, uri in enumerate(uris, 1):
            problem = problem_of_resource(uri)
            if problem is not None:
                raise MetadataError(name, f"number {number}: {problem}")
    if set(metadata.resources) & set(metadata.allowed_resources):
        raise MetadataError("allowed_resources", "other services' only; its own it may call")


def check_datatypes(metadata: ClientMetadata) -> None:
    names = [one.name for one in metadata.datatypes]
    if names and not metadata.resources:
        raise MetadataError("datatypes", "needs resources")
    if len(set(names)) != len(names) or len(names) > MAX_DATATYPES:
        raise MetadataError("datatypes", f"up to {MAX_DATATYPES}, each name once")
    for number, one in enumerate(metadata.datatypes, 1):
        if not _NAME.match(one.name):
            rule = "1 to 64 of a-z, 0-9, dot, hyphen and underscore, a letter first"
            raise MetadataError("datatypes", f"number {number}, name: {rule}")
        for label in ("label_ja", "label_en"):
            problem = problem_of_text(getattr(one, label), _LONGEST_LABEL)
            if problem is not None:
                raise MetadataError("datatypes", f"number {number}, {label}: {problem}")


def check_detail_types(metadata: ClientMetadata) -> None:
    types = metadata.authorization_details_types
    if len(set(types)) != len(types):
        raise MetadataError("authorization_details_types", "each once")
    if DATA_FLOW in types and not metadata.allowed_resources:
        raise MetadataError("authorization_details_types", f"{DATA_FLOW} needs allowed_resources")
    if metadata.allowed_resources and DATA_FLOW not in types:
        # Without it residents could not be asked, and nothing would ever flow.
        raise MetadataError("allowed_resources", f"needs the authorization detail {DATA_FLOW}")


def check_delegating_grants(metadata: ClientMetadata) -> None:
    grants, scopes = metadata.grant_types, metadata.scope.split(" ")
    public = metadata.token_endpoint_auth_method == "none"
    if public and (TOKEN_EXCHANGE in grants or JWT_BEARER in grants):
        raise MetadataError("grant_types", "a public client cannot act for residents by itself")
    if TOKEN_EXCHANGE in grants and not metadata.allowed_resources:
        raise MetadataError("grant_types", "token-exchange needs allowed_resources")
    if JWT_BEARER in grants and metadata.jwks is None:
        raise MetadataError("jwks", "jwt-bearer needs it")
    if JWT_BEARER in grants and not {"link", "offline_access"} <= set(scopes):
        raise MetadataError("scope", "jwt-bearer needs link and offline_access")


def check_reader_delegates_nothing(metadata: ClientMetadata) -> None:
    for name in _FIELDS:
        if getattr(metadata, name):
            raise MetadataError(name, "for services only")
