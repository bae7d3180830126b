"""Distinguished names as people write them down (RFC 4514)."""

from cryptography.x509 import Name
from cryptography.x509.oid import NameOID

# RFC 4514 §3, and what openssl writes besides; attribute types have no case (RFC 4512 §2.5).
_TYPES = {
    "CN": NameOID.COMMON_NAME,
    "L": NameOID.LOCALITY_NAME,
    "ST": NameOID.STATE_OR_PROVINCE_NAME,
    "O": NameOID.ORGANIZATION_NAME,
    "OU": NameOID.ORGANIZATIONAL_UNIT_NAME,
    "C": NameOID.COUNTRY_NAME,
    "STREET": NameOID.STREET_ADDRESS,
    "DC": NameOID.DOMAIN_COMPONENT,
    "UID": NameOID.USER_ID,
    "emailAddress": NameOID.EMAIL_ADDRESS,
    "serialNumber": NameOID.SERIAL_NUMBER,
    "organizationIdentifier": NameOID.ORGANIZATION_IDENTIFIER,
}
_WRITTEN = {
    written: oid for name, oid in _TYPES.items() for written in (name, name.lower(), name.upper())
}


def parse_distinguished_name(text: str) -> Name:
    """Raises ValueError."""
    return Name.from_rfc4514_string(text, _WRITTEN)
