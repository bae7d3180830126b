"""What the guide tells: taken from the discovery metadata, the settings and the rules that are held
to, so that it tells what is so. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args

from gateway import errors
from gateway.errors import OAuthError
from gateway.settings import Settings
from gateway.tenants.protocol import SecurityProfile
from gateway.tenants.redirect_uris import problem_of

Scopes = Mapping[str, Sequence[str]]
"""Scope → claims."""
DISCOVERY = "/.well-known/openid-configuration"
_OTHER_ADDRESSES = ("jwks_uri", "check_session_iframe")
_ACR = ("authentication", "signature")
"""Which certificate stands behind the acr values, from weaker to stronger."""
_REDIRECT_URIS = (
    "https://my-service.example.jp/callback",
    "http://localhost:3000/callback",
    "jp.example.myservice:/callback",
    "http://my-service.example.jp/callback",
    "https://*.example.jp/callback",
    "https://my-service.example.jp/callback#top",
)
_UNITS = (("days", 86_400), ("hours", 3_600), ("minutes", 60), ("seconds", 1))


@dataclass(frozen=True, slots=True)
class Span:
    """A time in the largest unit that it is several of."""

    unit: str
    number: int


@dataclass(frozen=True, slots=True)
class RedirectUri:
    uri: str
    problem: str | None
    """Why it is refused, in the registry's own words; None where it may be registered."""


@dataclass(frozen=True, slots=True)
class Guide:
    issuer: str
    discovery: str
    endpoints: Mapping[str, str]
    """Member of the metadata → address."""
    scopes: Scopes
    acr_values: Mapping[str, str]
    """Value → the certificate behind it."""
    auth_methods: Sequence[str]
    grant_types: Sequence[str]
    id_token_algorithms: Sequence[str]
    profiles: Sequence[str]
    redirect_uris: Sequence[RedirectUri]
    lifetimes: Mapping[str, Span]
    errors: Sequence[str]


def make_guide(metadata: Mapping[str, Any], scopes: Scopes, settings: Settings) -> Guide:
    """`metadata`: as discovery tells it. `scopes`: with what each lets a service see."""
    issuer: str = metadata["issuer"]
    return Guide(
        issuer=issuer,
        discovery=issuer + DISCOVERY,
        endpoints={name: metadata[name] for name in metadata if _is_address(name)},
        scopes={name: scopes[name] for name in metadata["scopes_supported"]},
        acr_values=dict(zip(metadata["acr_values_supported"], _ACR, strict=True)),
        auth_methods=metadata["token_endpoint_auth_methods_supported"],
        grant_types=metadata["grant_types_supported"],
        id_token_algorithms=metadata["id_token_signing_alg_values_supported"],
        profiles=get_args(SecurityProfile),
        redirect_uris=[RedirectUri(uri, problem_of(uri)) for uri in _REDIRECT_URIS],
        lifetimes=_lifetimes(settings),
        errors=tuple(error_codes()),
    )


def error_codes() -> Iterator[str]:
    """Every code that an answer may hold, in the order of `errors.py`, each once."""
    seen = set()
    for known in vars(errors).values():
        if isinstance(known, type) and issubclass(known, OAuthError) and known.error not in seen:
            seen.add(known.error)
            yield known.error


def span(seconds: int) -> Span:
    whole = [(unit, size) for unit, size in _UNITS if seconds % size == 0 and seconds > size]
    unit, size = whole[0] if whole else _UNITS[-1]
    return Span(unit, seconds // size)


def _is_address(member: str) -> bool:
    return member.endswith("_endpoint") or member in _OTHER_ADDRESSES


def _lifetimes(settings: Settings) -> Mapping[str, Span]:
    oidc, login = settings.oidc, settings.login
    return {
        "code": span(oidc.code_seconds),
        "access_token": span(oidc.access_token_seconds),
        "id_token": span(oidc.id_token_seconds),
        "refresh_token": span(oidc.refresh_token_seconds),
        "sign_in": span(login.session_absolute_seconds),
        "idle": span(login.session_idle_seconds),
    }
