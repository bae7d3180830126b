"""What a developer wishes to try, and the authorization request that follows from it. Pure."""

import base64
import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from gateway.errors import InvalidRequest

CLIENT_ID = "genkan-tryout"
CALLBACK = "/developers/try/callback"
AFTER_SIGN_OUT = "/developers/try"
PROMPTS = ("login", "consent", "select_account", "none")
_CHECKED = "on"


@dataclass(frozen=True, slots=True)
class Choices:
    """What there is to choose from."""

    scopes: Collection[str]
    claims: Collection[str]
    acr_values: Collection[str]


@dataclass(frozen=True, slots=True)
class Wishes:
    scopes: tuple[str, ...] = ("openid", "profile")
    claims: tuple[str, ...] = ()
    """Asked for by name, beside those of the scopes."""
    acr: str | None = None
    acr_is_essential: bool = False
    prompt: str | None = None
    is_pushed: bool = False


@dataclass(frozen=True, slots=True)
class Secrets:
    """What ties the answer to the request."""

    state: str = field(repr=False)
    nonce: str = field(repr=False)
    code_verifier: str = field(repr=False)


def parse_wishes(form: Mapping[str, str], choices: Choices) -> Wishes:
    """Raises InvalidRequest for what is not on the form."""
    acr, prompt = form.get("acr"), form.get("prompt")
    if acr not in (None, *choices.acr_values) or prompt not in (None, *PROMPTS):
        raise InvalidRequest("acr or prompt is none of the form's")
    ticked = {name for name, value in form.items() if value == _CHECKED}
    return Wishes(
        scopes=tuple(
            scope for scope in choices.scopes if scope == "openid" or f"scope.{scope}" in ticked
        ),
        claims=tuple(claim for claim in choices.claims if f"claim.{claim}" in ticked),
        acr=acr,
        acr_is_essential="acr_is_essential" in ticked,
        prompt=prompt,
        is_pushed="is_pushed" in ticked,
    )


def authorization_request(issuer: str, wishes: Wishes, secrets: Secrets) -> dict[str, str]:
    request = {
        "response_type": "code",
        "client_id": CLIENT_ID,
        "redirect_uri": issuer + CALLBACK,
        "scope": " ".join(wishes.scopes),
        "state": secrets.state,
        "nonce": secrets.nonce,
        "code_challenge": challenge_of(secrets.code_verifier),
        "code_challenge_method": "S256",
    }
    if wishes.acr is not None and not wishes.acr_is_essential:
        request["acr_values"] = wishes.acr
    if wishes.prompt is not None:
        request["prompt"] = wishes.prompt
    if claims := _claims(wishes):
        request["claims"] = json.dumps(claims)
    return request


def _claims(wishes: Wishes) -> dict[str, dict[str, object]]:
    """OpenID Connect Core §5.5."""
    claims: dict[str, dict[str, object]] = {}
    if wishes.claims:
        claims["userinfo"] = dict.fromkeys(wishes.claims)
    if wishes.acr is not None and wishes.acr_is_essential:
        claims["id_token"] = {"acr": {"essential": True, "value": wishes.acr}}
    return claims


def challenge_of(code_verifier: str) -> str:
    """RFC 7636 §4.2."""
    digest = hashlib.sha256(code_verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
