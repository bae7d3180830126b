"""共通ID: 128 random bits in base32 and a check character. Derived from nothing."""

import secrets
import unicodedata

# Crockford's alphabet: no I, L, O or U, which are misread or misheard.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LENGTH = 26
_BITS = 128


def new_common_id() -> str:
    number = secrets.randbits(_BITS)
    symbols = "".join(ALPHABET[number >> shift & 31] for shift in range(125, -1, -5))
    return symbols + check_character(symbols)


def is_common_id(text: str) -> bool:
    symbols, check = text[:-1], text[-1:]
    if len(symbols) != _LENGTH or any(symbol not in ALPHABET for symbol in text):
        return False
    return check == check_character(symbols) and ALPHABET.index(symbols[0]) < 8


def parse_common_id(text: str) -> str | None:
    """As somebody copied it: in any case and width, in groups. None where it is none."""
    typed = unicodedata.normalize("NFKC", text).upper()
    common_id = "".join(typed.split()).replace("-", "")
    return common_id if is_common_id(common_id) else None


def check_character(symbols: str) -> str:
    """Luhn's algorithm for 32 symbols (ISO/IEC 7812-1 annex B, with n = 32): finds every single
    wrong symbol and nearly every swap of two neighbours."""
    total = 0
    for position, symbol in enumerate(reversed(symbols)):
        value = ALPHABET.index(symbol) * (2 if position % 2 == 0 else 1)
        total += value // 32 + value % 32
    return ALPHABET[-total % 32]
