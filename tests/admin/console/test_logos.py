"""The page of a logo: told by its own bytes, small enough for a body, and taken away again."""

import pytest

from tests.admin.console.client_forms import SERVICE_FORM, SERVICES, client
from tests.support.operators import API, Office
from tests.tenants.pictures import jpeg, png, webp_lossless

pytestmark = pytest.mark.anyio
HOME = f"{SERVICES}/health"
PAGE = f"{HOME}/logo"
IMAGE = f"{API}/tenants/hanasaki/services/health/logo"
VERSION = {"version": "1"}


@pytest.mark.parametrize(
    ("image", "media_type"),
    [(png(8, 8), "image/png"), (jpeg(8, 8), "image/jpeg"), (webp_lossless(8, 8), "image/webp")],
)
async def test_an_image_is_what_its_bytes_say_whatever_the_browser_calls_it(
    office: Office, image: bytes, media_type: str
) -> None:
    async with office.at_desk(await office.operator()) as desk:
        await desk.post(SERVICES, data=SERVICE_FORM)
        assert 'enctype="multipart/form-data"' in (await desk.get(PAGE)).text
        named = {"logo": ("<b>.exe", image, "application/octet-stream")}
        done = await desk.post(PAGE, data=VERSION, files=named)
        assert done.headers["location"] == f"{HOME}?done=logo_changed"
        assert f'src="{IMAGE}"' in (await desk.get(done.headers["location"])).text
        shown = await desk.get(IMAGE)
        assert (shown.content, shown.headers["content-type"]) == (image, media_type)
    assert len(await office.log("service.logo_changed")) == 1


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"", 422),
        (b"GIF89a\x01\x00\x01\x00", 422),
        (b'<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>', 422),
        (png(513, 1), 422),
        (png(8, 8) + bytes(60 * 1_024), 422),
        (png(8, 8) + bytes(64 * 1_024), 413),
        (png(8, 8) + bytes(1_000_000), 413),
    ],
)
async def test_what_is_no_logo_is_told_at_its_field_and_not_kept(
    office: Office, content: bytes, status: int
) -> None:
    async with office.at_desk(await office.operator()) as desk:
        await desk.post(SERVICES, data=SERVICE_FORM)
        page = await desk.post(PAGE, data=VERSION, files={"logo": ("a.png", content, "image/png")})
        assert page.status_code == status
        assert 'id="logo-error"' in page.text
        assert "60KB" in page.text
        assert (await desk.get(IMAGE)).status_code == 404
    found = await client(office)
    assert (found.has_logo, found.version) == (False, 1)
    assert await office.log("service.logo_changed") == []


async def test_the_largest_logo_fits_into_a_body(office: Office) -> None:
    async with office.at_desk(await office.operator()) as desk:
        await desk.post(SERVICES, data=SERVICE_FORM)
        image = png(8, 8)
        image += bytes(60 * 1_024 - len(image))
        name = "長い名前の画像" * 20
        sent = {"logo": (f"{name}.png", image, "image/png")}
        done = await desk.post(PAGE, data=VERSION, files=sent)
        assert done.status_code == 303


async def test_an_upload_says_which_version_it_is_for_and_is_an_upload(office: Office) -> None:
    async with office.at_desk(await office.operator()) as desk:
        await desk.post(SERVICES, data=SERVICE_FORM)
        sent = {"logo": ("a.png", png(8, 8), "image/png")}
        assert (await desk.post(PAGE, data={"version": "2"}, files=sent)).status_code == 412
        assert (await desk.post(PAGE, files=sent)).status_code == 428
        assert (await desk.post(PAGE, data=VERSION)).status_code == 400
        foreign = {"Origin": "https://evil.example"}
        assert (await desk.post(PAGE, data=VERSION, files=sent, headers=foreign)).status_code == 403
    assert not (await client(office)).has_logo


async def test_a_logo_is_taken_away(office: Office) -> None:
    async with office.at_desk(await office.operator()) as desk:
        await desk.post(SERVICES, data=SERVICE_FORM)
        await desk.post(PAGE, data=VERSION, files={"logo": ("a", png(8, 8), "")})
        assert f'action="{PAGE}/removal"' in (await desk.get(PAGE)).text
        stale = await desk.post(f"{PAGE}/removal", data=VERSION)
        assert stale.status_code == 412
        assert (await desk.get(IMAGE)).status_code == 200
        gone = await desk.post(f"{PAGE}/removal", data={"version": "2"})
        assert gone.headers["location"] == f"{HOME}?done=logo_removed"
        page = await desk.get(gone.headers["location"])
        assert IMAGE not in page.text
        assert (await desk.get(IMAGE)).status_code == 404
        assert f'action="{PAGE}/removal"' not in (await desk.get(PAGE)).text
    (entry,) = await office.log("service.logo_removed")
    assert entry.client_id == "health"
