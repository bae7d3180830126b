"""What the table accepts, `openssl verify` accepts: a second opinion on every line it can read."""

from base64 import b64decode
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from gateway.card.general.model import PolicyInputs
from tests.card.general.openssl import Question, accepts
from tests.card.negatives.test_negatives import ACCEPTANCES, REFUSALS, keys, towns
from tests.card.negatives.town import Row, Town

__all__ = ["keys", "towns"]

BASES = dict.fromkeys(row.base for row in REFUSALS)
ROWS = (*(Row(base.name, lambda town: {}, "accepted", None, base) for base in BASES), *ACCEPTANCES)
NO_POLICY = PolicyInputs(frozenset())
_INCLUSIVE = "OpenSSL ends at the last second, RFC 5280 §4.1.2.5 after it"
OTHERWISE: Mapping[str, str] = {
    "its last second": _INCLUSIVE,
    "a part of its last second": _INCLUSIVE,
    "its anchor's last second": _INCLUSIVE,
    "a CRL: its last second": _INCLUSIVE,
    "what is no anchor beside its own": "OpenSSL reads no file of anchors with anything else in it",
}
"""Where it refuses, and why."""


def question(line: Mapping[str, Any]) -> Question | None:
    """None for a line that OpenSSL cannot be asked: it reads no OCSP response here."""
    if line.get("ocsp"):
        return None
    is_off = line.get("revocation") == "off"
    return Question(
        leaf=b64decode(line["certificate"]),
        pool=(),
        anchors=[b64decode(each) for each in line["anchors"]],
        at=datetime.fromisoformat(line["at"]),
        inputs=NO_POLICY,
        crls=None if is_off else [b64decode(each) for each in line["crls"]],
        crl_check="-crl_check",
    )


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_openssl_accepts_what_the_table_accepts(
    towns: Mapping[str, Town], row: Row, tmp_path: Path
) -> None:
    town = towns[row.base.kind]
    asked = question({**row.base.line(town), **row.change(town)})
    assert asked is None or accepts(asked, tmp_path) is (row.name not in OTHERWISE)
