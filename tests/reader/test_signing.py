"""From the PIN page to the answer: what is signed, for whom, and what stays in the agent."""

import asyncio
import base64
import logging
from hashlib import sha256
from pathlib import Path
from urllib.parse import unquote

import pytest
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from gateway.virtual.folder import CardFolder
from gateway.virtual.pins import Pin
from tests.reader.browser import (
    AGENT,
    CHALLENGE,
    GATEWAY,
    PASSWORD,
    PIN,
    REGISTRATION,
    RETURN_TO,
    WRONG_PASSWORD,
    WRONG_PIN,
    Browser,
    assert_nothing_signed,
    tries,
)

pytestmark = pytest.mark.anyio

TO_BE_SIGNED = sha256(GATEWAY.encode()).digest() + sha256(CHALLENGE).digest()


def check_signature(answer: dict[str, str], kind: str) -> None:
    der = base64.b64decode(answer[f"{kind}_certificate"], validate=True)
    signature = base64.b64decode(answer[f"{kind}_signature"], validate=True)
    key = x509.load_der_x509_certificate(der).public_key()
    if isinstance(key, rsa.RSAPublicKey):
        assert answer["signature_encoding"] == "pkcs1"
        key.verify(signature, TO_BE_SIGNED, padding.PKCS1v15(), hashes.SHA256())
    else:
        assert isinstance(key, ec.EllipticCurvePublicKey)
        assert answer["signature_encoding"] == "ecdsa-der"
        key.verify(signature, TO_BE_SIGNED, ec.ECDSA(hashes.SHA384()))


@pytest.mark.parametrize("card_id", ["hanako", "child", "taro"])
async def test_signing_in_needs_the_authentication_pin_only(
    browser: Browser, folder: CardFolder, card_id: str
) -> None:
    address = await browser.ask()
    page = await browser.type(f"{address}/cards/{card_id}", authentication_pin=PIN)
    assert page.status == 200
    assert page.answer is not None
    assert set(page.answer) == {
        "challenge_id",
        "outcome",
        "signature_encoding",
        "authentication_certificate",
        "authentication_signature",
    }
    assert page.answer["challenge_id"] == "a-challenge_1"
    assert page.answer["outcome"] == "signed"
    check_signature(page.answer, "authentication")
    certificate = base64.b64encode(folder.load(card_id).authentication.certificate).decode()
    assert page.answer["authentication_certificate"] == certificate


@pytest.mark.parametrize("card_id", ["hanako", "taro"])
@pytest.mark.parametrize("password", [PASSWORD, PASSWORD.lower()])
async def test_registration_signs_with_both_keys(
    browser: Browser, card_id: str, password: str
) -> None:
    address = await browser.ask(REGISTRATION)
    page = await browser.type(
        f"{address}/cards/{card_id}", signature_pin=password, authentication_pin=PIN
    )
    assert page.answer is not None
    assert page.answer["outcome"] == "signed"
    check_signature(page.answer, "authentication")
    check_signature(page.answer, "signature")
    assert page.answer["authentication_certificate"] != page.answer["signature_certificate"]


async def test_what_is_signed_is_bound_to_the_asking_site(browser: Browser) -> None:
    address = await browser.ask()
    answer = (await browser.type(f"{address}/cards/hanako", authentication_pin=PIN)).answer
    assert answer is not None
    der = base64.b64decode(answer["authentication_certificate"])
    key = x509.load_der_x509_certificate(der).public_key()
    assert isinstance(key, rsa.RSAPublicKey)
    elsewhere = sha256(b"https://evil.example").digest() + sha256(CHALLENGE).digest()
    for data in (CHALLENGE, elsewhere):
        with pytest.raises(InvalidSignature):
            key.verify(
                base64.b64decode(answer["authentication_signature"]),
                data,
                padding.PKCS1v15(),
                hashes.SHA256(),
            )


async def test_a_request_is_answered_once(browser: Browser, folder: CardFolder) -> None:
    address = await browser.ask()
    data = {"authentication_pin": PIN, "authentication_tries": "3"}
    first = await browser.send(f"{address}/cards/hanako", data)
    assert first.answer is not None
    for pin in (PIN, WRONG_PIN):
        again = await browser.send(f"{address}/cards/hanako", {**data, "authentication_pin": pin})
        assert again.status == 404
        assert_nothing_signed(again)
    assert (await browser.open(address)).status == 404
    assert (await browser.send(f"{address}/cancel", {})).answer is None
    assert tries(folder) == (5, 3)


async def test_of_five_answers_at_once_one_leaves(browser: Browser) -> None:
    address = f"{await browser.ask()}/cards/hanako"
    data = {"authentication_pin": PIN, "authentication_tries": "3"}
    pages = await asyncio.gather(*(browser.send(address, data) for _ in range(5)))
    assert len([page for page in pages if page.answer is not None]) == 1


async def test_the_same_challenge_may_be_asked_for_again(browser: Browser) -> None:
    first, second = await browser.ask(), await browser.ask()
    assert first != second
    for address in (first, second):
        page = await browser.type(f"{address}/cards/hanako", authentication_pin=PIN)
        assert page.answer is not None


async def test_a_card_without_signature_certificate_cannot_register(
    browser: Browser, folder: CardFolder
) -> None:
    address = await browser.ask(REGISTRATION)
    page = await browser.open(f"{address}/cards/child")
    assert "no certificate for digital signature" in page.text
    assert not page.has("authentication_pin")
    data = {"authentication_pin": WRONG_PIN, "authentication_tries": "3"}
    page = await browser.send(f"{address}/cards/child", data)
    assert page.answer == {"challenge_id": "a-challenge_1", "outcome": "no_signature_certificate"}
    assert folder.load("child").tries.remaining(Pin.AUTHENTICATION) == 3


@pytest.mark.parametrize("path", ["", "/cards/hanako"])
async def test_the_resident_may_cancel_at_every_step(
    browser: Browser, folder: CardFolder, path: str
) -> None:
    address = await browser.ask()
    page = await browser.open(f"{address}{path}")
    action = next(form.action for form in page.forms if form.action.startswith(f"{address}/cancel"))
    cancelled = await browser.send(action.partition("?")[0], {})
    assert cancelled.answer == {"challenge_id": "a-challenge_1", "outcome": "cancelled"}
    assert (await browser.open(address)).status == 404
    assert tries(folder) == (5, 3)


async def test_the_answer_can_only_be_posted_to_the_asking_site(browser: Browser) -> None:
    address = await browser.ask()
    page = await browser.type(f"{address}/cards/hanako", authentication_pin=PIN)
    policy = page.response.headers["content-security-policy"]
    assert f"form-action 'self' {GATEWAY}" in policy
    assert "frame-ancestors 'none'" in policy
    assert page.response.headers["referrer-policy"] == "origin"
    assert page.response.headers["cache-control"] == "no-store"
    before = await browser.open(await browser.ask())
    assert GATEWAY not in before.response.headers["content-security-policy"]
    form = next(form for form in page.forms if form.action == RETURN_TO)
    assert form.method == "post"


@pytest.mark.parametrize(
    ("password", "pin"), [(PASSWORD, PIN), (PASSWORD, WRONG_PIN), (WRONG_PASSWORD, PIN)]
)
async def test_a_pin_never_leaves_the_agent(
    browser: Browser,
    folder: CardFolder,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    password: str,
    pin: str,
) -> None:
    caplog.set_level(logging.DEBUG)
    address = await browser.ask(REGISTRATION)
    page = await browser.type(
        f"{address}/cards/hanako", signature_pin=password, authentication_pin=pin
    )
    answer = page.answer or {}
    assert not {name for name in answer if "pin" in name or "tries" in name}
    for typed in (password, pin):
        assert typed not in answer.values()
        assert typed not in page.text
        assert typed not in caplog.text
        assert typed not in unquote(str(page.response.url))
        assert typed not in str(page.response.headers)
    assert password not in page.response.text
    for file in (tmp_path / "cards").iterdir():
        assert password not in file.read_text()
    if answer:
        assert "asked for registration: signed" in caplog.text


async def test_a_pin_in_the_address_is_not_read(browser: Browser, folder: CardFolder) -> None:
    address = await browser.ask()
    response = await browser.client.post(
        f"{address}/cards/hanako?authentication_pin={PIN}&authentication_tries=3",
        data={"authentication_tries": "3"},
        headers={"Origin": AGENT},
    )
    assert response.status_code == 422
    assert tries(folder) == (5, 3)
