"""JSON as strictly as it can be read (RFC 8259): one meaning, or none."""

import json
from typing import Any, NoReturn, TypeVar

import msgspec

from plugins.verification_service.errors import UnusableError

T = TypeVar("T")


def read_object(unverified_body: bytes) -> dict[str, Any]:
    """Raises UnusableError. No name twice: another reader might see the other of the two."""
    try:
        value = json.loads(
            unverified_body.decode("utf-8"), object_pairs_hook=_unique, parse_constant=_refuse
        )
    except (ValueError, RecursionError):
        raise UnusableError("its answer is not JSON") from None
    if not isinstance(value, dict):
        raise UnusableError("its answer is not a JSON object")
    return value


def convert(unverified_object: dict[str, Any], shape: type[T]) -> T:
    # What msgspec says may quote the answer.
    try:
        return msgspec.convert(unverified_object, shape)
    except msgspec.ValidationError:
        raise UnusableError("its answer has another shape") from None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name is there twice")
    return found


def _refuse(_: str) -> NoReturn:
    raise ValueError("a number that JSON does not have")
