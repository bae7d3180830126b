"""A second opinion: what Debian's `openssl verify` says of a path."""

import subprocess
from base64 import encodebytes
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from shutil import which

from gateway.card.general.model import PolicyInputs


@dataclass(frozen=True)
class Question:
    leaf: bytes
    pool: Sequence[bytes]
    anchors: Sequence[bytes]
    at: datetime
    inputs: PolicyInputs
    crls: Sequence[bytes] | None = None
    """None: no revocation is asked for."""
    crl_check: str = "-crl_check_all"
    """It asks for a CRL of the anchor too; `-crl_check` asks for the leaf's alone."""


def accepts(question: Question, folder: Path) -> bool:
    inputs = question.inputs
    arguments = [_program(), "verify", "-policy_check", "-no-CApath", "-no-CAstore"]
    arguments += ["-attime", str(int(question.at.timestamp()))]
    arguments += ["-CAfile", write(folder / "anchors.pem", "CERTIFICATE", question.anchors)]
    if question.pool:
        arguments += ["-untrusted", write(folder / "pool.pem", "CERTIFICATE", question.pool)]
    if question.crls is not None:
        arguments += [question.crl_check, "-extended_crl", "-use_deltas"]
    if question.crls:
        arguments += ["-CRLfile", write(folder / "crls.pem", "X509 CRL", question.crls)]
    for policy in sorted(inputs.user_initial):
        arguments += ["-policy", policy]
    arguments += ["-explicit_policy"] * inputs.explicit_policy
    arguments += ["-inhibit_any"] * inputs.inhibit_any_policy
    arguments += ["-inhibit_map"] * inputs.inhibit_policy_mapping
    arguments.append(write(folder / "leaf.pem", "CERTIFICATE", [question.leaf]))
    done = subprocess.run(arguments, capture_output=True, text=True, timeout=20, check=False)  # noqa: S603
    return done.returncode == 0


def write(file: Path, label: str, contents: Iterable[bytes]) -> str:
    """As PEM."""
    blocks = (
        f"-----BEGIN {label}-----\n{encodebytes(each).decode()}-----END {label}-----\n"
        for each in contents
    )
    file.write_text("".join(blocks))
    return str(file)


def _program() -> str:
    found = which("openssl")
    assert found is not None, "openssl is not installed; tests/run does it"
    return found
