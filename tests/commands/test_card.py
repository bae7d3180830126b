"""`genkan card`: published anchors and no others; virtual cards, whole or not at all."""

from pathlib import Path

import pytest

from gateway.virtual.folder import CardFolder
from tests.commands.conftest import Finished, Genkan
from tests.support.town import Town

PASSWORD, PIN = "HANASAKI7391", "7391"


def new_card(genkan: Genkan, **changes: str) -> Finished:
    options = {
        "cards": "cards",
        "authority": "authority",
        "name": "花咲　花子",
        "address": "花園県花咲町桜台一丁目２番３号",
        "birth-date": "1985-04-12",
        "signature-password": PASSWORD,
        "pin": PIN,
        "card-id": "hanako",
        **{name.replace("_", "-"): value for name, value in changes.items()},
    }
    flags = [part for name, value in options.items() for part in (f"--{name}", value)]
    return genkan("card", "new", *flags)


def test_an_anchor_that_nobody_published_is_not_pinned(
    genkan: Genkan, town: Town, tmp_path: Path
) -> None:
    town.authority.write_anchors(tmp_path / "found")
    file = tmp_path / "found" / "jpki-sign" / "generation-1.cer"
    done = genkan("card", "anchors", "add", file)
    assert (done.exit_code, done.err.count("\n")) == (2, 1)
    assert "no profile publishes" in done.err
    assert not (tmp_path / "var" / "anchors").exists()


@pytest.mark.parametrize("content", [b"", b"hello", b"-----BEGIN CERTIFICATE-----\nAAAA\n"])
def test_a_file_that_is_no_certificate_is_not_pinned(
    genkan: Genkan, tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "ca.cer").write_bytes(content)
    done = genkan("card", "anchors", "add", "ca.cer")
    assert (done.exit_code, done.err.count("\n")) == (2, 1)
    assert "ca.cer" in done.err
    assert not (tmp_path / "var" / "anchors").exists()


def test_what_is_pinned_is_listed(genkan: Genkan, town: Town, tmp_path: Path) -> None:
    town.authority.write_anchors(tmp_path / "var" / "anchors")
    listed = genkan("card", "anchors", "list", GENKAN_CARD__TRUST="demo").out
    assert listed.count("jpki-sign") == listed.count("jpki-auth") == 2
    refused = genkan("card", "anchors", "list", GENKAN_CARD__TRUST="production")
    assert (refused.exit_code, refused.err.count("\n")) == (2, 1)
    assert "not published" in refused.err


def test_a_card_is_made_with_its_ca_its_anchors_and_its_lists(
    genkan: Genkan, tmp_path: Path
) -> None:
    done = new_card(genkan, anchors="anchors", crls="crls")
    assert (done.exit_code, done.err) == (0, "")
    card = CardFolder(tmp_path / "cards").load("hanako")
    assert card.sign_authentication(PIN, b"data")
    assert card.sign_signature(PASSWORD, b"data")
    assert done.out == "Made the card hanako in cards.\n"
    assert len(list((tmp_path / "anchors").glob("*/*.cer"))) == 4
    assert list((tmp_path / "crls").iterdir())


def test_a_childs_card_has_no_signature_certificate(genkan: Genkan, tmp_path: Path) -> None:
    options = ["--cards", "cards", "--authority", "authority", "--name", "花咲　つぼみ"]
    options += ["--address", "花園県花咲町", "--birth-date", "2018-04-01"]
    options += ["--signature-password", PASSWORD, "--pin", PIN, "--card-id", "tsubomi", "--child"]
    assert genkan("card", "new", *options).exit_code == 0
    assert CardFolder(tmp_path / "cards").load("tsubomi").signature is None


@pytest.mark.parametrize(
    "change",
    [
        {"pin": "12345"},
        {"pin": "abcd"},
        {"signature_password": "short"},
        {"card_id": "../hanako"},
        {"name": ""},
        {"name": "花咲\n花子"},
        {"address": "　"},
        {"birth_date": "1985-02-30"},
        {"birth_date": "yesterday"},
    ],
)
def test_a_card_with_one_thing_wrong_is_not_made(
    genkan: Genkan, tmp_path: Path, change: dict[str, str]
) -> None:
    done = new_card(genkan, **change)
    assert done.exit_code == 2
    assert "Traceback" not in done.err
    for secret in (change.get("pin", PIN), change.get("signature_password", PASSWORD)):
        assert secret not in done.out + done.err
    assert not list(tmp_path.glob("cards/*"))


@pytest.mark.parametrize("wanted", ["anchors", "crls"])
def test_where_the_anchors_or_lists_cannot_be_written_no_card_is_made(
    genkan: Genkan, tmp_path: Path, wanted: str
) -> None:
    (tmp_path / "taken").write_text("a file")
    done = new_card(genkan, **{wanted: "taken"})
    assert (done.exit_code, done.err.count("\n")) == (2, 1)
    assert "taken" in done.err
    assert not list(tmp_path.glob("cards/*"))
    assert new_card(genkan).exit_code == 0


def test_a_folders_name_is_printed_as_it_is(genkan: Genkan) -> None:
    done = new_card(genkan, cards="[/red]cards[bold]")
    assert (done.exit_code, done.err) == (0, "")
    assert done.out == "Made the card hanako in [/red]cards[bold].\n"


def test_a_card_that_is_there_is_not_overwritten(genkan: Genkan, tmp_path: Path) -> None:
    new_card(genkan)
    before = (tmp_path / "cards" / "hanako.json").read_bytes()
    done = new_card(genkan, name="別人　一郎")
    assert (done.exit_code, done.err.count("\n")) == (2, 1)
    assert (tmp_path / "cards" / "hanako.json").read_bytes() == before


def test_a_ca_that_cannot_be_read_is_named_and_kept(genkan: Genkan, tmp_path: Path) -> None:
    file = tmp_path / "authority" / "authority.json"
    file.parent.mkdir()
    file.write_text("{}")
    file.chmod(0o600)
    done = new_card(genkan)
    assert (done.exit_code, done.err.count("\n")) == (2, 1)
    assert "authority.json" in done.err
    assert file.read_text() == "{}"
    file.chmod(0o644)
    assert "chmod 600" in new_card(genkan).err


def test_a_second_card_comes_from_the_same_ca(genkan: Genkan, tmp_path: Path) -> None:
    assert new_card(genkan).exit_code == 0
    made = (tmp_path / "authority").stat().st_ino
    assert new_card(genkan, card_id="taro", name="花咲　太郎").exit_code == 0
    assert (tmp_path / "authority").stat().st_ino == made
