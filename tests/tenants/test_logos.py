"""A logo is a small PNG, JPEG or WebP by its own bytes; what can carry script is none."""

from collections.abc import Callable

import pytest

from gateway.errors import Conflict, InvalidField, NoSuchThing, StaleVersion
from gateway.tenants.administration import delete_client
from gateway.tenants.client_records import ClientRecord
from gateway.tenants.images import MAX_BYTES, problem_of_image
from gateway.tenants.logos import Logo, find_logo, put_logo, remove_logo
from tests.tenants.office import Office
from tests.tenants.pictures import jpeg, png, webp_extended, webp_lossless, webp_lossy
from tests.tenants.town import LATER

PNG, JPEG, WEBP = "image/png", "image/jpeg", "image/webp"
KINDS = [
    (PNG, png),
    (JPEG, jpeg),
    (WEBP, webp_extended),
    (WEBP, webp_lossless),
    (WEBP, webp_lossy),
]
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@pytest.mark.parametrize(("media_type", "picture"), KINDS)
def test_an_image_of_each_kind_may_have_512_pixels_a_side(
    media_type: str, picture: Callable[[int, int], bytes]
) -> None:
    for size in ((1, 1), (512, 512), (512, 1), (1, 512)):
        assert problem_of_image(media_type, picture(*size)) is None
    for size in ((513, 1), (1, 513), (16_000, 16_000)):
        assert problem_of_image(media_type, picture(*size)) == "up to 512 pixels high and wide"


@pytest.mark.parametrize(
    ("media_type", "image"),
    [
        ("image/svg+xml", SVG),
        (PNG, SVG),
        (JPEG, SVG),
        (WEBP, SVG),
        ("image/gif", b"GIF89a\x01\x00\x01\x00"),
        ("text/html", png(1, 1)),
        ("image/png; charset=utf-8", png(1, 1)),
        ("IMAGE/PNG", png(1, 1)),
        ("", png(1, 1)),
        (PNG, b""),
        (PNG, jpeg(1, 1)),
        (JPEG, png(1, 1)),
        (WEBP, png(1, 1)),
        (PNG, png(1, 1)[:20]),
        (PNG, png(0, 5)),
        (PNG, b"<html>" + png(1, 1)),
        (PNG, png(1, 1).replace(b"IHDR", b"IDAT")),
        (PNG, png(2**31, 1)),
        (PNG, png(1, 1) + bytes(MAX_BYTES)),
        (JPEG, jpeg(0, 5)),
        (JPEG, jpeg(1, 1)[:12]),
        (JPEG, b"\xff\xd8\xff"),
        (JPEG, b"\xff\xd8\xff\xe0\x00\x00" + bytes(40)),
        (JPEG, b"\xff\xd8" + b"\xff\xe0\x00\x02" * 20),
        (JPEG, jpeg(1, 1, frame=0xC4)),
        (WEBP, webp_lossy(0, 5)),
        (WEBP, webp_extended(1, 1) + b"<script>"),
        (WEBP, webp_extended(1, 1)[:-1]),
        (WEBP, webp_extended(1, 1).replace(b"VP8X", b"XXXX")),
        (WEBP, webp_lossless(1, 1).replace(b"\x2f", b"\x00")),
        (WEBP, webp_lossy(1, 1).replace(b"\x9d\x01\x2a", b"\0\0\0")),
        (WEBP, b"RIFF" + bytes(40)),
    ],
)
def test_what_is_no_small_image_of_its_kind_is_refused(media_type: str, image: bytes) -> None:
    problem = problem_of_image(media_type, image)
    assert problem is not None
    assert "\n" not in problem


def test_a_logo_may_have_65536_bytes() -> None:
    full = png(512, 512)
    full += bytes(MAX_BYTES - len(full))
    assert problem_of_image(PNG, full) is None
    assert problem_of_image(PNG, full + b"\0") == "up to 65536 bytes"


async def put(
    office: Office, version: int, image: bytes, media_type: str = PNG, tenant_id: str = "hanasaki"
) -> ClientRecord:
    async with office.records.writing() as connection:
        return await put_logo(connection, tenant_id, "health", media_type, image, version, LATER)


async def find(office: Office, tenant_id: str = "hanasaki") -> Logo:
    async with office.records.reading() as connection:
        return await find_logo(connection, tenant_id, "health")


@pytest.mark.anyio
async def test_a_logo_is_kept_replaced_and_removed(office: Office) -> None:
    await office.create()
    with pytest.raises(NoSuchThing):
        await find(office)
    first = await put(office, 1, png(1, 1))
    assert (first.has_logo, first.version, first.updated_at) == (True, 2, LATER)
    assert await find(office) == Logo(PNG, png(1, 1))
    second = await put(office, 2, jpeg(2, 2), JPEG)
    assert await find(office) == Logo(JPEG, jpeg(2, 2))
    gone = await office.do(remove_logo, second.version)
    assert (gone.has_logo, gone.version) == (False, 4)
    for look in (find(office), office.do(remove_logo, 4)):
        with pytest.raises(NoSuchThing):
            await look


@pytest.mark.anyio
async def test_a_logo_that_is_refused_leaves_the_one_before(office: Office) -> None:
    await office.create()
    before = await put(office, 1, png(1, 1))
    with pytest.raises(InvalidField) as refused:
        await put(office, 2, SVG, "image/svg+xml")
    assert refused.value.field == "logo"
    with pytest.raises(StaleVersion):
        await put(office, 1, png(2, 2))
    with pytest.raises(NoSuchThing):
        await put(office, 2, png(2, 2), tenant_id="minato")
    with pytest.raises(NoSuchThing):
        await find(office, "minato")
    assert await find(office) == Logo(PNG, png(1, 1))
    assert await office.find() == before


@pytest.mark.anyio
async def test_a_deleted_client_takes_no_logo(office: Office) -> None:
    await office.create()
    await office.do(delete_client, 1)
    with pytest.raises(Conflict):
        await put(office, 2, png(1, 1))
