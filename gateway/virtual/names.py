"""The distinguished names of the demo hierarchy: JPKI's shape, under an organisation of its own."""

from enum import StrEnum

from cryptography import x509
from cryptography.x509.oid import NameOID

from gateway.virtual.person import Municipality

ORGANIZATION = "GENKAN-DEMO"


class AnchorSet(StrEnum):
    """The two separate hierarchies: signature and authentication certificates."""

    SIGN = "jpki-sign"
    AUTH = "jpki-auth"


_UNIT = {
    AnchorSet.SIGN: "JPKI for digital signature",
    AnchorSet.AUTH: "JPKI for user authentication",
}
_JAPANESE_UNIT = {
    AnchorSet.SIGN: "公的個人認証サービス署名用",
    AnchorSet.AUTH: "公的個人認証サービス利用者証明用",
}


def _name(*attributes: tuple[x509.ObjectIdentifier, str]) -> x509.Name:
    country = x509.NameAttribute(NameOID.COUNTRY_NAME, "JP")
    return x509.Name([country, *(x509.NameAttribute(oid, value) for oid, value in attributes)])


def authority_name(anchor_set: AnchorSet) -> x509.Name:
    """All generations of one CA share this name."""
    return _name(
        (NameOID.ORGANIZATION_NAME, ORGANIZATION),
        (NameOID.ORGANIZATIONAL_UNIT_NAME, _UNIT[anchor_set]),
        (NameOID.ORGANIZATIONAL_UNIT_NAME, "Genkan Demo Agency for Information Systems"),
    )


def authority_japanese_name(anchor_set: AnchorSet) -> x509.Name:
    return _name(
        (NameOID.ORGANIZATION_NAME, "玄関デモ認証サービス"),
        (NameOID.ORGANIZATIONAL_UNIT_NAME, _JAPANESE_UNIT[anchor_set]),
        (NameOID.ORGANIZATIONAL_UNIT_NAME, "玄関デモ情報システム機構"),
    )


def distribution_point_name(anchor_set: AnchorSet, municipality: Municipality) -> x509.Name:
    """One CRL per municipality, named by a directoryName without any address."""
    return _name(
        (NameOID.ORGANIZATION_NAME, ORGANIZATION),
        (NameOID.ORGANIZATIONAL_UNIT_NAME, _UNIT[anchor_set]),
        (NameOID.ORGANIZATIONAL_UNIT_NAME, "CRL Distribution Points"),
        (NameOID.ORGANIZATIONAL_UNIT_NAME, municipality.prefecture),
        (NameOID.COMMON_NAME, f"{municipality.city} CRLDP"),
    )


def signature_subject(municipality: Municipality, common_name: str) -> x509.Name:
    return _name(
        (NameOID.LOCALITY_NAME, municipality.prefecture),
        (NameOID.LOCALITY_NAME, municipality.city),
        (NameOID.COMMON_NAME, common_name),
    )


def authentication_subject(common_name: str) -> x509.Name:
    return _name((NameOID.COMMON_NAME, common_name))
