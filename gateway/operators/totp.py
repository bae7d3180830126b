"""One-time codes (RFC 6238): their secret, the picture that hands it over, and each step once."""

import hmac
import io
import re
import unicodedata
from datetime import datetime

import pyotp
import segno
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.keys.master import MasterKey
from gateway.operators.records import operators

# RFC 6238 §4.1: the default step. §5.2: one step of delay; the other way for a phone ahead of us.
STEP_SECONDS = 30
_STEPS_AROUND = (0, -1, 1)
# RFC 4226 §4, R6: 160 bits are recommended. 32 characters of base32.
_SECRET_CHARACTERS = 32
_CODE = re.compile(r"[0-9]{6}\Z")
_LONGEST_TYPED = 32


def new_secret() -> str:
    """160 random bits in base32."""
    return pyotp.random_base32(_SECRET_CHARACTERS)


def wrap_secret(master: MasterKey, operator_id: str, secret: str) -> bytes:
    return master.wrap(secret.encode("ascii"), _purpose(operator_id))


def unwrap_secret(master: MasterKey, operator_id: str, wrapped: bytes) -> str:
    return master.unwrap(wrapped, _purpose(operator_id)).decode("ascii")


def provisioning_uri(secret: str, login_name: str, issuer_name: str) -> str:
    """What an authenticator app reads from the picture (`otpauth:`)."""
    return _totp(secret).provisioning_uri(name=login_name, issuer_name=issuer_name)


def qr_svg(uri: str) -> bytes:
    """An SVG document of its own, without script or style, to be served as an image."""
    picture = io.BytesIO()
    segno.make(uri, micro=False, error="m").save(
        picture, kind="svg", scale=4, border=4, light="#fff", xmldecl=False, omitsize=False
    )
    return picture.getvalue()


def matching_step(secret: str, unverified_code: str, now: datetime) -> int | None:
    """The time step the code is of; None where it is of none that counts now."""
    code = _typed(unverified_code)
    if code is None:
        return None
    totp = _totp(secret)
    present = int(now.timestamp()) // STEP_SECONDS
    for step in (present + distance for distance in _STEPS_AROUND):
        if hmac.compare_digest(totp.generate_otp(step), code):
            return step
    return None


async def use_step(connection: AsyncConnection, operator_id: str, step: int) -> bool:
    """Whether this call, and no other, used the step up: none before it counts from here on
    (RFC 6238 §5.2)."""
    last = operators.c.totp_last_step
    query = operators.update().where(
        operators.c.operator_id == operator_id, sa.or_(last.is_(None), last < step)
    )
    result = await connection.execute(query.values(totp_last_step=step))
    return result.rowcount == 1


def _typed(unverified_code: str) -> str | None:
    """As it was meant: full-width digits, or a space in the middle."""
    if len(unverified_code) > _LONGEST_TYPED:
        return None
    code = "".join(unicodedata.normalize("NFKC", unverified_code).split())
    return code if _CODE.match(code) else None


def _totp(secret: str) -> pyotp.TOTP:
    return pyotp.TOTP(secret, interval=STEP_SECONDS)


def _purpose(operator_id: str) -> str:
    return f"totp:{operator_id}"
