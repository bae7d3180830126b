"""How a client proves itself and what its tokens are bound to: which members go together.

OpenID Connect Registration §2, RFC 8705 §2.1.2 and §3.4, RFC 9449 §5.2.
"""

from urllib.parse import urlsplit

from gateway.tenants import jwks, redirect_uris
from gateway.tenants.distinguished_names import parse_distinguished_name
from gateway.tenants.metadata import ClientMetadata, MetadataError
from gateway.web.networks import parse_address

CERTIFICATE_NAMES = (
    "tls_client_auth_subject_dn",
    "tls_client_auth_san_dns",
    "tls_client_auth_san_uri",
    "tls_client_auth_san_ip",
    "tls_client_auth_san_email",
)
_LONGEST = 1_000


def check_keys(metadata: ClientMetadata) -> None:
    """A client may register keys whatever its method is: to sign requests, or to be encrypted for.
    Who proves itself with a key has to register one that can do so."""
    problem = None if metadata.jwks is None else jwks.problem_of(metadata.jwks)
    if problem is not None:
        raise MetadataError("jwks", problem)
    method = metadata.token_endpoint_auth_method
    if method in ("private_key_jwt", "self_signed_tls_client_auth") and not any(
        map(jwks.can_sign, (metadata.jwks or {}).get("keys", ()))
    ):
        raise MetadataError("jwks", f"{method} needs a key that can sign")


def check_assertion_algorithm(metadata: ClientMetadata) -> None:
    alg, method = metadata.token_endpoint_auth_signing_alg, metadata.token_endpoint_auth_method
    if alg is None:
        return
    if method not in ("client_secret_jwt", "private_key_jwt"):
        raise MetadataError("token_endpoint_auth_signing_alg", f"{method} signs nothing")
    if (alg == "HS256") != (method == "client_secret_jwt"):
        raise MetadataError(
            "token_endpoint_auth_signing_alg",
            "HS256 for client_secret_jwt, and any other for private_key_jwt",
        )


def check_certificate_name(metadata: ClientMetadata) -> None:
    told = [name for name in CERTIFICATE_NAMES if getattr(metadata, name) is not None]
    wanted = int(metadata.token_endpoint_auth_method == "tls_client_auth")
    if len(told) != wanted:
        field = told[-1] if told else CERTIFICATE_NAMES[0]
        raise MetadataError(field, "tls_client_auth needs exactly one such name, and is needed")
    for name in told:
        problem = _PROBLEMS[name](getattr(metadata, name))
        if problem is not None:
            raise MetadataError(name, problem)


def _problem_of_dn(text: str) -> str | None:
    rule = "a distinguished name as in RFC 4514, such as CN=health,O=Hanasaki,C=JP"
    try:
        return None if len(text) <= _LONGEST and list(parse_distinguished_name(text)) else rule
    except ValueError:
        return rule


def _problem_of_dns(text: str) -> str | None:
    return None if redirect_uris.is_host(text) else "a host name in lower case"


def _problem_of_uri(text: str) -> str | None:
    rule = "an absolute URI"
    if not text.isascii() or not text.isprintable() or " " in text or len(text) > _LONGEST:
        return rule
    try:
        parts = urlsplit(text)
    except ValueError:
        return rule
    return None if parts.scheme and text[len(parts.scheme) + 1 :] else rule


def _problem_of_ip(text: str) -> str | None:
    try:
        parse_address(text)
    except ValueError as cause:
        return str(cause)
    return None


def _problem_of_email(text: str) -> str | None:
    local, _, host = text.rpartition("@")
    good = local.isascii() and local.isprintable() and " " not in local and len(text) <= 254
    return None if local and good and redirect_uris.is_host(host) else "an e-mail address"


_PROBLEMS = {
    "tls_client_auth_subject_dn": _problem_of_dn,
    "tls_client_auth_san_dns": _problem_of_dns,
    "tls_client_auth_san_uri": _problem_of_uri,
    "tls_client_auth_san_ip": _problem_of_ip,
    "tls_client_auth_san_email": _problem_of_email,
}
