"""Whatever is sent to the sign-in pages: a plain page, no session, nothing written."""

import base64
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.card.challenge import Purpose
from gateway.errors import InvalidRequest
from gateway.login.answer import CardAnswer, Declined, parse_answer
from tests.login.visitor import OWN_FORM, Visitor, failure, handover, went_on
from tests.support.gateway import ISSUER, NOW, Gateway
from tests.support.town import HANAKO, Town, signed_fields

pytestmark = pytest.mark.anyio
Answer = dict[str, str]


async def test_every_wrong_field_is_a_page_and_nothing_is_spent(
    gateway: Gateway, town: Town, visitor: Visitor
) -> None:
    form = handover(await visitor.arrive(), "registration")
    good = signed_fields(town.card(HANAKO, NOW), form.fields, ISSUER)
    own = form.fields["return_to"].replace("/login/card/return", "/login/card")
    for wrong in wrong_answers(good):
        carried = await visitor.carry(form, wrong)
        posted = await visitor.browser.post(own, data=wrong, headers=OWN_FORM)
        for answer in (carried, posted):
            assert answer.status_code == 400, wrong
            assert answer.headers["content-type"].startswith("text/html")
            assert "この画面は開けません" in answer.text
            assert "Traceback" not in answer.text
            assert "set-cookie" not in answer.headers
    assert await visitor.session() is None
    assert went_on(await visitor.bring(form, good))


def wrong_answers(good: Answer) -> list[Answer]:
    needed = [name for name in good if name != "outcome"]
    missing = [{key: value for key, value in good.items() if key != name} for name in good]
    empty = [{**good, name: ""} for name in needed]
    not_base64 = [{**good, name: "*"} for name in good if name.endswith("_certificate")]
    oversized = [{**good, name: "A" * 16_385} for name in needed]
    encodings = [
        {**good, "signature_encoding": value} for value in ("pkcs1-bare", "ecdsa-raw", "PKCS1")
    ]
    outcomes = [{**good, "outcome": value} for value in ("accepted", "SIGNED", "not_registered")]
    tries = [
        {"outcome": "cancelled", "tries_remaining": value} for value in ("-1", "10", "２", "x")
    ]
    return [*missing, *empty, *not_base64, *oversized, *encodings, *outcomes, *tries]


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("task={task}&purpose=sign_in&ui_locales=ja", 200),
        ("task={task}&task={task}&purpose=sign_in", 400),
        ("task={task}", 400),
        ("task={task}&purpose=verification", 400),
        ("task={task}&purpose=sign_in&purpose=registration", 400),
        ("purpose=sign_in", 400),
        ("task=unknown&purpose=sign_in", 400),
        ("task=%zz&purpose=sign_in", 400),
        ("task=%FF&purpose=sign_in", 400),
        ("task=%00&purpose=sign_in", 400),
        ("task={task}&purpose=sign_in&x=" + "x" * 16_385, 400),
        ("task={task}&purpose=sign_in&" + "&".join(f"x{i}=1" for i in range(64)), 400),
        ("", 400),
    ],
)
async def test_a_query_is_read_strictly(query: str, status: int, visitor: Visitor) -> None:
    form = handover(await visitor.arrive(), "sign_in")
    task = form.fields["return_to"].partition("task=")[2].partition("&")[0]
    query = query.replace("{task}", task)
    for path in ("/login/card/return", "/login/card"):
        answer = await visitor.browser.post(
            f"{path}?{query}", data={"outcome": "cancelled"}, headers=OWN_FORM
        )
        assert answer.status_code == status
        assert "Traceback" not in answer.text


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("task={task}", 200),
        ("", 200),
        ("task={task}&task={task}", 400),
        ("task=unknown", 400),
        ("task=%zz", 400),
        ("task=%00", 400),
        ("lang=en&lang=en", 400),
    ],
)
async def test_the_sign_in_page_is_asked_for_strictly(
    query: str, status: int, visitor: Visitor
) -> None:
    form = handover(await visitor.arrive(), "sign_in")
    task = form.fields["return_to"].partition("task=")[2].partition("&")[0]
    answer = await visitor.browser.get(f"/login?{query.replace('{task}', task)}")
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("text/html")


@pytest.mark.parametrize("path", ["/login/card/return", "/login/card"])
async def test_a_body_is_a_small_form_or_refused(path: str, visitor: Visitor) -> None:
    form = handover(await visitor.arrive(), "sign_in")
    target = form.fields["return_to"].replace("/login/card/return", path)
    post = visitor.browser.post
    assert (await post(target, json={"outcome": "cancelled"})).status_code == 400
    assert (await post(target, files={"outcome": b"cancelled"})).status_code == 400
    assert (await post(target, data={"outcome": ["cancelled", "locked"]})).status_code == 400
    assert (await post(target)).status_code == 400
    flood = await post(target, data={f"f{number}": "x" * 16_000 for number in range(5)})
    assert flood.status_code == 413
    assert "大きすぎます" in flood.text
    assert (await post(target, data={"outcome": "cancelled"})).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("POST", "/login", {"GET", "HEAD"}),
        ("GET", "/login/card", {"POST"}),
        ("GET", "/login/card/return", {"POST"}),
        ("DELETE", "/", {"GET", "HEAD"}),
    ],
)
async def test_another_method_is_405(
    method: str, path: str, allowed: set[str], visitor: Visitor
) -> None:
    answer = await visitor.browser.request(method, path)
    assert answer.status_code == 405
    assert set(answer.headers["allow"].split(", ")) == allowed
    assert "この操作はできません" in answer.text


@pytest.mark.parametrize("certificate", [b"", b"\x30", b"\x30\x80\x00\x00", b"\xff" * 2_000])
async def test_bytes_that_are_no_certificate_are_a_page(
    certificate: bytes, gateway: Gateway, town: Town, visitor: Visitor
) -> None:
    form = handover(await visitor.arrive(), "sign_in")
    answer = signed_fields(town.card(HANAKO, NOW), form.fields, ISSUER)
    answer["authentication_certificate"] = base64.b64encode(certificate or b"\x00").decode()
    assert failure(await visitor.bring(form, answer)) == ("not_a_card", 403)


FIELDS = (
    "challenge_id",
    "outcome",
    "tries_remaining",
    "signature_encoding",
    "authentication_certificate",
    "authentication_signature",
)
VALUES = st.one_of(
    st.sampled_from(["signed", "cancelled", "locked", "pkcs1", "ecdsa-der", "AAAA", "2"]),
    st.text(min_size=1, max_size=20),
)


@given(
    st.dictionaries(st.sampled_from(FIELDS), VALUES),
    st.sampled_from([Purpose.SIGN_IN, Purpose.REGISTRATION]),
)
def test_any_fields_are_an_answer_or_invalid_request(
    fields: Mapping[str, str], purpose: Purpose
) -> None:
    try:
        answer = parse_answer(fields, purpose)
    except InvalidRequest:
        return
    assert isinstance(answer, CardAnswer | Declined)
    if isinstance(answer, CardAnswer):
        assert fields["outcome"] == "signed"
        assert purpose is Purpose.SIGN_IN
