"""The signing time that a signer claims (ETSI EN 319 132-1 §5.2.1)."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime

from gateway.card.documents.xml_tree import Element, child_elements, malformed, plain_text

_XADES = "{http://uri.etsi.org/01903/v1.3.2#}"
_PATH = (_XADES + "SignedSignatureProperties", _XADES + "SigningTime")
# xsd:dateTime; without an offset it names no instant, and is not read.
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)", re.ASCII)


def claimed_signing_time(signature: Element, covered: Iterable[Element]) -> datetime | None:
    """Of the SignedProperties in this signature that it covers itself."""
    times = [
        time
        for properties in covered
        if properties.tag == _XADES + "SignedProperties" and signature in properties.iterancestors()
        for time in _signing_times(properties)
    ]
    if not times:
        return None
    if len(times) > 1:
        raise malformed("several signing times")
    return _read_time(plain_text(times[0]).strip())


def _signing_times(properties: Element) -> list[Element]:
    found = [properties]
    for tag in _PATH:
        found = [child for each in found for child in child_elements(each) if child.tag == tag]
    return found


def _read_time(text: str) -> datetime:
    if not _INSTANT.fullmatch(text):
        raise malformed("a signing time that is no instant")
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise malformed("a signing time that is no instant") from error
