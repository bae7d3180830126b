"""The health app's own requests, by hand: for what a well-behaved client library never does."""

import base64
import hashlib
import secrets
from collections.abc import Mapping
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx2

from gateway.demo.local_http import local_client
from gateway.demo.town import HEALTH
from gateway.demo.visitor import Visitor, expect
from gateway.demo.world import World


def code_for(world: World, visitor: Visitor) -> tuple[str, str]:
    """A fresh code for somebody who is signed in and has agreed, and its code_verifier."""
    verifier = secrets.token_urlsafe(32)
    digest = hashlib.sha256(verifier.encode()).digest()
    state, callback = secrets.token_urlsafe(8), f"{world.health}/callback"
    query = {
        "response_type": "code",
        "client_id": HEALTH.client_id,
        "redirect_uri": callback,
        "scope": "openid profile offline_access",
        "state": state,
        "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
        "code_challenge_method": "S256",
    }
    page = visitor.browser.open(f"{world.issuer}/authorize?{urlencode(query)}", until=callback)
    answer = {name: values[0] for name, values in parse_qs(urlsplit(page.url).query).items()}
    expect((answer.get("state"), answer.get("iss")), (state, world.issuer))
    return answer["code"], verifier


def redeem(world: World, code: str, verifier: str) -> httpx2.Response:
    return token_request(
        world,
        {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": f"{world.health}/callback",
            "code_verifier": verifier,
        },
    )


def refresh(world: World, refresh_token: str) -> httpx2.Response:
    return token_request(world, {"grant_type": "refresh_token", "refresh_token": refresh_token})


def userinfo(world: World, access_token: str) -> httpx2.Response:
    headers = {"Authorization": f"Bearer {access_token}"}
    with local_client() as http:
        return http.get(f"{world.issuer}/userinfo", headers=headers)


def token_request(world: World, form: Mapping[str, str]) -> httpx2.Response:
    credentials = (HEALTH.client_id, world.secrets[HEALTH.name])
    with local_client() as http:
        return http.post(f"{world.issuer}/token", data=dict(form), auth=credentials)
