"""A form with a file: one file, each name once, small fields; anything else is refused."""

import pytest
from starlette.requests import Request
from starlette.types import Message

from gateway.errors import BadRequest, InvalidRequest
from gateway.web.limits import BodyLimit
from gateway.web.uploads import MAX_PARTS, MAX_VALUE, Upload, form_with_file

pytestmark = pytest.mark.anyio
TYPE = "multipart/form-data; boundary=line"
VERSION = 'name="version"\r\n\r\n3'
LOGO = 'name="logo"; filename="../../logo.png"\r\nContent-Type: text/html\r\n\r\nimage'


def body(*parts: str, end: str = "--line--\r\n") -> bytes:
    written = (f"--line\r\nContent-Disposition: form-data; {part}\r\n" for part in parts)
    return ("".join(written) + end).encode()


def request(content: bytes, media_type: str | None = TYPE) -> Request:
    headers = [] if media_type is None else [(b"content-type", media_type.encode())]

    async def receive() -> Message:
        return {"type": "http.request", "body": content, "more_body": False}

    scope = {"type": "http", "method": "POST", "path": "/", "headers": headers, "app": None}
    return Request(scope, receive)


async def read(*parts: str) -> Upload:
    return await form_with_file(request(body(*parts)), "logo")


async def test_the_fields_and_the_bytes_are_read_and_the_senders_word_for_them_is_not() -> None:
    upload = await read(VERSION, LOGO)
    assert upload == Upload({"version": "3"}, b"image")
    assert "image" not in repr(upload)


async def test_no_file_and_an_empty_field_are_absent() -> None:
    assert await read('name="logo"; filename=""\r\n\r\n') == Upload({}, b"")
    assert await read('name="version"\r\n\r\n', LOGO) == Upload({}, b"image")
    assert await read(VERSION) == Upload({"version": "3"}, b"")


@pytest.mark.parametrize(
    "parts",
    [
        (VERSION, VERSION, LOGO),
        (LOGO, LOGO),
        (LOGO, 'name="other"; filename="b"\r\n\r\nb'),
        ('name="other"; filename="b"\r\n\r\nb',),
        ('name="logo"\r\n\r\nimage',),
        (VERSION, 'name="logo"\r\n\r\nimage'),
        ('filename="a"\r\n\r\nb',),
        (f'name="version"\r\n\r\n{"3" * (MAX_VALUE + 1)}',),
        tuple(f'name="n{number}"\r\n\r\n1' for number in range(MAX_PARTS + 1)),
        ('name="version"\r\n\r\n3\0',),
    ],
)
async def test_what_is_not_of_the_forms_shape_is_refused(parts: tuple[str, ...]) -> None:
    with pytest.raises(InvalidRequest):
        await read(*parts)


@pytest.mark.parametrize(
    "media_type",
    [
        None,
        "application/x-www-form-urlencoded",
        "multipart/mixed; boundary=line",
        "multipart/form-data",
        "multipart/form-data; boundary=",
        f"multipart/form-data; boundary={'x' * 300}",
        "multipart/form-data; boundary=another",
    ],
)
async def test_another_media_type_or_boundary_is_refused(media_type: str | None) -> None:
    with pytest.raises(InvalidRequest):
        await form_with_file(request(body(VERSION, LOGO), media_type), "logo")


async def test_a_field_that_is_not_utf_8_is_refused() -> None:
    sent = body(VERSION, LOGO).replace(b"\r\n\r\n3", b"\r\n\r\n\xff")
    with pytest.raises(InvalidRequest):
        await form_with_file(request(sent), "logo")


@pytest.mark.parametrize("end", ["", "--lin", "--line", "--line\r\n"])
async def test_a_form_that_breaks_off_is_refused(end: str) -> None:
    with pytest.raises(InvalidRequest):
        await form_with_file(request(body(VERSION, LOGO, end=end)), "logo")


async def test_a_body_over_the_limit_is_told_from_a_malformed_one() -> None:
    found: list[BadRequest] = []

    async def app(scope: object, receive: object, send: object) -> None:
        big = Request(scope, receive)  # type: ignore[arg-type]
        with pytest.raises(BadRequest) as refused:
            await form_with_file(big, "logo")
        found.append(refused.value)

    sent = request(body(VERSION, LOGO))
    await BodyLimit(app, 64)(sent.scope, sent.receive, sent._send)
    assert [error.status for error in found] == [413]
