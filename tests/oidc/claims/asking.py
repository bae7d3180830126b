"""Requests with a `claims` parameter, and what comes of them."""

import json
from typing import Any

import httpx2

from gateway.demo.browser import Form, Page
from gateway.virtual.card import VirtualCard
from tests.login.visitor import OWN_FORM, Visitor, handover, read
from tests.support.gateway import ISSUER
from tests.support.relying_party import RelyingParty, payload
from tests.support.town import signed_fields


def asking(userinfo: object = None, id_token: object = None) -> str:
    """The parameter."""
    members = {"userinfo": userinfo, "id_token": id_token}
    return json.dumps({name: each for name, each in members.items() if each is not None})


async def told(
    service: RelyingParty, browser: httpx2.AsyncClient, **changes: str | None
) -> tuple[dict[str, Any], dict[str, Any]]:
    """At /userinfo, and in the ID token."""
    tokens = await service.tokens(browser, **changes)
    return await userinfo(service, tokens["access_token"]), payload(tokens["id_token"])


async def userinfo(service: RelyingParty, access_token: str) -> dict[str, Any]:
    answer = await service.call("GET", "/userinfo", access_token)
    assert answer.status_code == 200
    body: dict[str, Any] = answer.json()
    return body


async def followed(browser: httpx2.AsyncClient, answer: httpx2.Response) -> Page:
    """The page of ours it leads to."""
    assert answer.status_code == 303, answer.text
    return read(await browser.get(answer.headers["location"]))


async def decide(browser: httpx2.AsyncClient, page: Page, decision: str) -> httpx2.Response:
    """On the consent page; and on to what /authorize makes of it."""
    fields = {**page.form("/consent").fields, "decision": decision}
    decided = await browser.post("/consent", data=fields, headers=OWN_FORM)
    return await browser.get(decided.headers["location"])


async def bring(visitor: Visitor, page: Page, card: VirtualCard, purpose: str) -> httpx2.Response:
    """The card, to the sign-in page; and on to what /authorize makes of it."""
    form: Form = handover(page, purpose)
    signed = await visitor.bring(form, signed_fields(card, form.fields, ISSUER))
    return await visitor.browser.get(signed.headers["location"])
