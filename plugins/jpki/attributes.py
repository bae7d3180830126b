"""基本4情報 out of a signature certificate: the otherNames of its subjectAltName."""

from collections.abc import Mapping

from cryptography import x509

from gateway.card.api import BasicAttributes, CertificateError, Reason
from plugins.der import DerError, expect_tlv

# 1.2.392.200149.8.5.5.x; their order in the certificate means nothing.
NAME = "1.2.392.200149.8.5.5.1"
NAME_SUBSTITUTION = "1.2.392.200149.8.5.5.2"
GENDER = "1.2.392.200149.8.5.5.3"
BIRTH_DATE = "1.2.392.200149.8.5.5.4"
ADDRESS = "1.2.392.200149.8.5.5.5"
ADDRESS_SUBSTITUTION = "1.2.392.200149.8.5.5.6"
KNOWN = frozenset({NAME, NAME_SUBSTITUTION, GENDER, BIRTH_DATE, ADDRESS, ADDRESS_SUBSTITUTION})

UTF8_STRING = 0x0C


def parse_basic_attributes(names: x509.SubjectAlternativeName | None) -> BasicAttributes:
    """As they stand there, None where they do not; what is not one of the six is left alone (JPKI
    adds names over time)."""
    texts = {} if names is None else _texts(names)
    return BasicAttributes(
        name=texts.get(NAME),
        name_substitution=texts.get(NAME_SUBSTITUTION),
        gender=texts.get(GENDER),
        birth_date=texts.get(BIRTH_DATE),
        address=texts.get(ADDRESS),
        address_substitution=texts.get(ADDRESS_SUBSTITUTION),
    )


def _texts(names: x509.SubjectAlternativeName) -> Mapping[str, str]:
    texts: dict[str, str] = {}
    for name in names:
        if not isinstance(name, x509.OtherName):
            continue
        oid = name.type_id.dotted_string
        if oid not in KNOWN:
            continue
        if oid in texts:
            raise CertificateError(Reason.DUPLICATE_ATTRIBUTE, oid)
        texts[oid] = _utf8_string(name.value, oid)
    return texts


def _utf8_string(der: bytes, oid: str) -> str:
    """Exactly one DER UTF8String (X.690 §8.23)."""
    try:
        start, end = expect_tlv(der, 0, len(der), UTF8_STRING)
    except DerError as error:
        raise CertificateError(Reason.MALFORMED_ATTRIBUTES, f"{oid}: {error}") from None
    if end != len(der):
        raise CertificateError(Reason.MALFORMED_ATTRIBUTES, f"{oid}: bytes stand behind it")
    try:
        return der[start:end].decode()
    except UnicodeDecodeError:
        raise CertificateError(Reason.MALFORMED_ATTRIBUTES, f"{oid} is not UTF-8") from None
