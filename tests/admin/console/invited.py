"""Somebody invited through the console, and what they do with the link."""

import json
import re

import httpx2
import pyotp

from gateway.operators.model import Operator
from tests.support.authenticator import Authenticator
from tests.support.gateway import ISSUER
from tests.support.operators import Office

PASSWORD = "correct horse battery"
_LINK = re.compile(rf"{ISSUER}(/admin/invitations/[A-Za-z0-9_-]{{43}})")
_SECRET = re.compile(r'<p class="secret">([A-Z2-7 ]+)</p>')


def form_of(**changes: str) -> dict[str, str]:
    good = {
        "login_name": "taro@hanasaki.example",
        "name": "花咲　太郎",
        "department": "総務課",
        "role": "clerk",
    }
    return {**good, **changes}


async def invite(office: Office, by: Operator, at: str = "/admin", **changes: str) -> str:
    """The path of the link."""
    async with office.at_desk(by) as desk:
        page = await desk.post(f"{at}/operators", data=form_of(**changes))
    assert page.status_code == 200, page.text
    return link_in(page.text)


def link_in(page: str) -> str:
    found = _LINK.search(page)
    assert found is not None
    return found[1]


def code_from(office: Office, page: str) -> str:
    """What the app shows that was given the secret of the page."""
    found = _SECRET.search(page)
    assert found is not None
    return pyotp.TOTP(found[1].replace(" ", "")).at(office.gateway.clock.now)


async def set_password(
    office: Office, browser: httpx2.AsyncClient, link: str, **changes: str
) -> httpx2.Response:
    page = await browser.get(link)
    form = {
        "password": PASSWORD,
        "password_again": PASSWORD,
        "code": code_from(office, page.text),
    }
    return await browser.post(f"{link}/password", data={**form, **changes})


async def set_passkey(
    browser: httpx2.AsyncClient, link: str, authenticator: Authenticator, name: str = "執務室"
) -> httpx2.Response:
    options = await browser.post(f"{link}/passkey")
    answer = authenticator.create(json.dumps(options.json()))
    return await browser.post(f"{link}/passkey/answer", data={"answer": answer, "name": name})
