"""`genkan card check`: a report for a person, and what the shell is told."""

from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from gateway.card.api import Reason
from gateway.commands.check_report import CHECKS, printable
from gateway.commands.reason_words import WORDS
from tests.card.batch.desk import crl, rfc3339
from tests.card.conftest import keys, world
from tests.card.forge import der
from tests.card.general.crl_forge import make_crl
from tests.card.general.pki import AT, issue
from tests.card.world import NOW, PERSON, World
from tests.commands.conftest import Finished, Genkan

__all__ = ["keys", "world"]

SECOND = timedelta(seconds=1)


@pytest.fixture
def certificate(world: World, tmp_path: Path) -> x509.Certificate:
    made = world.issue("sign").certificate
    (tmp_path / "sign.cer").write_bytes(der(made))
    (world.crl_folder / "sign.crl").write_bytes(crl(world, "sign"))
    return made


def check(genkan: Genkan, world: World, *more: str, file: str = "sign.cer") -> Finished:
    folders = ("--anchors", str(world.anchor_folder), "--crls", str(world.crl_folder))
    at = () if "--at" in more else ("--at", rfc3339(NOW))
    return genkan("card", "check", file, *folders, *at, *more)


def test_a_good_certificate_is_told_check_by_check(
    genkan: Genkan, world: World, certificate: x509.Certificate
) -> None:
    done = check(genkan, world)

    assert (done.exit_code, done.err) == (0, "")
    assert PERSON.name in done.out
    assert "Revocation: good, from crl" in done.out
    assert done.out.endswith("Accepted.\n")
    assert "signature   not done" in done.out
    for name in CHECKS:
        assert f"  {name} " in done.out


def test_one_that_is_refused_says_why_in_plain_words(
    genkan: Genkan, world: World, certificate: x509.Certificate
) -> None:
    late = rfc3339(certificate.not_valid_after_utc + SECOND)

    done = check(genkan, world, "--at", late)

    assert done.exit_code == 1
    assert "validity    REFUSED" in done.out
    assert done.out.endswith(f"Refused (expired). {WORDS[Reason.EXPIRED]}\n")
    assert PERSON.name not in done.out


def test_one_of_which_nothing_can_be_told_is_neither(
    genkan: Genkan, world: World, certificate: x509.Certificate
) -> None:
    (world.crl_folder / "sign.crl").unlink()

    done = check(genkan, world)
    assert done.exit_code == 3
    assert "revocation  could not tell" in done.out
    assert "no yes" in done.out

    without = check(genkan, world, "--revocation", "off")
    assert without.exit_code == 0
    assert "revocation  not done" in without.out


def test_a_revoked_one_tells_when_and_for_what(
    genkan: Genkan, world: World, certificate: x509.Certificate
) -> None:
    world.authority.revoke(certificate, x509.ReasonFlags.affiliation_changed, NOW - SECOND)
    (world.crl_folder / "sign.crl").write_bytes(crl(world, "sign"))

    done = check(genkan, world)

    assert done.exit_code == 1
    assert "revoked 2026-11-20T02:59:59Z: affiliationChanged" in done.out


def test_the_settings_anchors_and_lists_are_the_defaults(
    genkan: Genkan, world: World, certificate: x509.Certificate, tmp_path: Path
) -> None:
    settings = f"""
[card]
trust = "demo"
anchors_dir = "{world.anchor_folder}"
[plugins.crl]
directory = "{world.crl_folder}"
"""
    (tmp_path / "genkan.toml").write_text(settings)

    done = genkan("card", "check", "sign.cer", "--at", rfc3339(NOW), "--config", "genkan.toml")

    assert (done.exit_code, done.err) == (0, "")
    assert "Revocation: good, from crl" in done.out


def test_a_profile_refuses_the_other_certificate(
    genkan: Genkan, world: World, certificate: x509.Certificate
) -> None:
    assert check(genkan, world, "--profile", "jpki-sign").exit_code == 0

    done = check(genkan, world, "--profile", "jpki-auth")
    assert done.exit_code == 1
    assert "wrong_certificate_type" in done.out


def test_pem_is_read_too(
    genkan: Genkan, world: World, certificate: x509.Certificate, tmp_path: Path
) -> None:
    pem = certificate.public_bytes(Encoding.PEM)
    (tmp_path / "sign.pem").write_bytes(b"a text before it\n" + pem)
    assert check(genkan, world, file="sign.pem").exit_code == 0

    (tmp_path / "two.pem").write_bytes(pem + pem)
    two = check(genkan, world, file="two.pem")
    assert (two.exit_code, two.err.count("\n")) == (2, 1)
    assert "one is needed" in two.err


@pytest.mark.parametrize("content", [b"", b"hello", b"-----BEGIN X-----A-----END X-----"])
def test_what_is_no_certificate_is_refused(
    genkan: Genkan, world: World, tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "x.cer").write_bytes(content)

    done = check(genkan, world, file="x.cer")

    assert done.exit_code == 1
    assert "malformed_certificate" in done.out


def test_the_general_profile_needs_its_folders(genkan: Genkan, tmp_path: Path) -> None:
    root = issue("root")
    ca = issue("ca", root)
    leaf = issue("leaf", ca, ca=False)
    for folder, content in (("anchors", root.der), ("pool", ca.der), ("crls", make_crl(root))):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "1").write_bytes(content)
    (tmp_path / "leaf.cer").write_bytes(leaf.der)
    general: tuple[str, ...] = (
        "card",
        "check",
        "leaf.cer",
        "--profile",
        "general",
        "--at",
        rfc3339(AT),
    )

    for option in ("--anchors", "--crls", "--pool"):
        before = genkan(*general)
        assert before.exit_code in (1, 2)
        general = (*general, option, option.strip("-"))
    undetermined = genkan(*general)
    assert undetermined.exit_code == 3
    (tmp_path / "crls" / "2").write_bytes(make_crl(ca))
    done = genkan(*general)
    assert (done.exit_code, done.err) == (0, "")
    assert done.out.endswith("Accepted.\n")


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("sign.cer", "--batch"),
        ("--batch", "--revocation", "off"),
        ("--batch", "--at", "2026-11-20T00:00:00Z"),
        ("sign.cer", "--at", "yesterday"),
        ("sign.cer", "--profile", "jpki"),
        ("sign.cer", "--revocation", "maybe"),
        ("sign.cer", "--anchors", "nowhere"),
        ("nowhere.cer", "--anchors", "."),
    ],
)
def test_what_cannot_be_meant_is_not_guessed(
    genkan: Genkan, certificate: x509.Certificate, arguments: tuple[str, ...]
) -> None:
    done = genkan("card", "check", *arguments)

    assert done.exit_code == 2
    assert "Traceback" not in done.err


def test_every_reason_has_plain_words() -> None:
    assert set(WORDS) == set(Reason)
    assert len(set(WORDS.values())) == len(WORDS)


def test_a_certificates_text_moves_no_cursor() -> None:
    assert printable("花咲　太郎") == "花咲　太郎"
    assert printable("a\x1b[2Jb\u202ec\nd") == "a\ufffd[2Jb\ufffdc\ufffdd"
