"""Keyed hashes of the four attributes: equal for equal people, of no use without the key."""

import unicodedata
from datetime import date

from gateway.keys.hashing import KeyedHash


def attributes_hash(
    keyed_hash: KeyedHash,
    name: str | None,
    birth_date: str | None,
    gender: str | None,
    address: str | None,
) -> str:
    """All four, to the letter: whether two cards say the same."""
    four = (name, birth_date, gender, address)
    return keyed_hash.hash("basic-attributes", *(part or "" for part in four))


def name_birth_hash(keyed_hash: KeyedHash, name: str | None, birthday: date | None) -> str:
    """What a clerk can type without the card. Only for searching: it tells nobody from a namesake
    who was born the same day."""
    day = "" if birthday is None else birthday.isoformat()
    return keyed_hash.hash("name-and-birth-date", plain_name(name or ""), day)


def plain_name(name: str) -> str:
    """Without spaces, letter case and width (Unicode NFKC), which people type as it comes."""
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())
