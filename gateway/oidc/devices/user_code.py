"""The code a kiosk shows and a resident types (RFC 8628 §6.1)."""

import re
import secrets
import unicodedata

# No vowels, so no words; and of what looks alike (0 O, 1 I L, 2 Z, 5 S, 6 G, 8 B, U V, N M) one at
# most. 21 to the eighth are 35 bits: enough while tries are counted.
ALPHABET = "BCDFGHJKMPQRTVWXY3479"
LENGTH = 8
MAX_TYPED = 40
_CODE = re.compile(rf"[{ALPHABET}]{{{LENGTH}}}\Z")
# Hyphens and dashes, the long-vowel mark that a Japanese keyboard has in their place, and what
# stands between words; after NFKC, which takes the width away.
_BETWEEN = re.compile("[\\s\\-_.\u00b7\u2010-\u2015\u2212\u30fb\u30fc]")


def new_user_code() -> str:
    code = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    return f"{code[:4]}-{code[4:]}"


def read_user_code(typed: str) -> str | None:
    """As it was shown, whatever the case, the width and the hyphens are; None: it is no code."""
    if len(typed) > MAX_TYPED:
        return None
    plain = _BETWEEN.sub("", unicodedata.normalize("NFKC", typed)).upper()
    return f"{plain[:4]}-{plain[4:]}" if _CODE.match(plain) else None
