"""Which CA certificates may be pinned, and that production and demo never mix."""

from dataclasses import replace
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding

from gateway.card.anchors import load_anchors
from gateway.errors import SettingsError
from gateway.virtual.authority import Customise
from gateway.virtual.template import CertificateTemplate, Extension
from plugins.jpki.auth import AuthProfile
from tests.card.forge import der, key_usage
from tests.card.publishing import Publishing, fingerprint
from tests.card.world import ISSUED_AT, Keys, World, profiles


@pytest.fixture
def generations(world: World) -> tuple[x509.Certificate, x509.Certificate]:
    first, second = (world.authority.issuer("jpki-auth", each).certificate for each in (1, 2))
    return first, second


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "pinned"
    (made / "jpki-auth").mkdir(parents=True)
    return made


def test_the_demo_trusts_what_lies_in_the_folders_of_its_sets(world: World) -> None:
    anchors = list(load_anchors(world.anchor_folder, profiles(), "demo"))

    assert sorted((each.anchor_set, each.fingerprint) for each in anchors) == sorted(
        (anchor_set, fingerprint(certificate))
        for anchor_set, certificate in world.authority.anchors()
    )


def test_production_trusts_none_of_the_demos_anchors(world: World) -> None:
    with pytest.raises(SettingsError, match=r"^card\.anchors_dir: .* is not published"):
        load_anchors(world.anchor_folder, profiles(), "production")


def test_production_trusts_a_published_anchor(
    folder: Path, generations: tuple[x509.Certificate, x509.Certificate]
) -> None:
    (folder / "jpki-auth" / "one.cer").write_bytes(der(generations[0]))

    (anchor,) = load_anchors(folder, [Publishing(*generations)], "production")

    assert anchor.certificate == generations[0]
    assert anchor.anchor_set == "jpki-auth"


def test_the_demo_trusts_no_published_anchor(
    folder: Path, generations: tuple[x509.Certificate, x509.Certificate]
) -> None:
    (folder / "jpki-auth" / "one.cer").write_bytes(der(generations[0]))

    with pytest.raises(SettingsError, match="the demo never trusts it"):
        load_anchors(folder, [Publishing(generations[0])], "demo")


def test_one_wrong_file_stops_the_start(
    folder: Path, generations: tuple[x509.Certificate, x509.Certificate]
) -> None:
    """The published one beside it does not save it."""
    for number, certificate in enumerate(generations):
        (folder / "jpki-auth" / f"{number}.cer").write_bytes(der(certificate))

    with pytest.raises(SettingsError, match=r"1\.cer is not published"):
        load_anchors(folder, [Publishing(generations[0])], "production")


def test_a_set_without_an_anchor_stops_the_start(folder: Path) -> None:
    with pytest.raises(SettingsError, match=r"no anchor for jpki-auth .*genkan card"):
        load_anchors(folder, [AuthProfile({})], "demo")


def test_a_missing_folder_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="no anchor for jpki-auth"):
        load_anchors(tmp_path / "missing", [AuthProfile({})], "demo")


def test_a_file_in_place_of_the_folder_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / "anchors").write_bytes(b"")

    with pytest.raises(SettingsError, match="is not a folder"):
        load_anchors(tmp_path / "anchors", [AuthProfile({})], "demo")


def test_a_folder_that_belongs_to_no_profile_stops_the_start(world: World) -> None:
    (world.anchor_folder / "jpki-auht").mkdir()

    with pytest.raises(SettingsError, match="jpki-auht is not an anchor set"):
        load_anchors(world.anchor_folder, profiles(), "demo")


def test_one_anchor_is_not_in_two_sets(world: World) -> None:
    _, certificate = world.authority.anchors()[0]
    (world.anchor_folder / "jpki-auth" / "again.cer").write_bytes(der(certificate))

    with pytest.raises(SettingsError, match="is there twice"):
        load_anchors(world.anchor_folder, profiles(), "demo")


def test_a_hidden_file_is_no_anchor(world: World) -> None:
    (world.anchor_folder / "jpki-auth" / ".partial").write_bytes(b"")

    assert len(list(load_anchors(world.anchor_folder, profiles(), "demo"))) == 4


def test_an_anchor_may_be_given_as_pem(
    folder: Path, generations: tuple[x509.Certificate, x509.Certificate]
) -> None:
    pem = generations[0].public_bytes(Encoding.PEM)
    (folder / "jpki-auth" / "one.pem").write_bytes(pem)

    (anchor,) = load_anchors(folder, [AuthProfile({})], "demo")

    assert anchor.fingerprint == fingerprint(generations[0])


@pytest.mark.parametrize(
    "content", [b"", b"<html>404</html>", b"-----BEGIN CERTIFICATE-----\nno\n"]
)
def test_a_file_that_is_no_certificate_stops_the_start(folder: Path, content: bytes) -> None:
    (folder / "jpki-auth" / "bad.cer").write_bytes(content)

    with pytest.raises(SettingsError, match=r"bad\.cer: not a CA certificate"):
        load_anchors(folder, [AuthProfile({})], "demo")


def test_a_persons_certificate_is_no_anchor(world: World, folder: Path) -> None:
    (folder / "jpki-auth" / "leaf.cer").write_bytes(der(world.issue().certificate))

    with pytest.raises(SettingsError, match=r"leaf\.cer: not a CA certificate"):
        load_anchors(folder, [AuthProfile({})], "demo")


def _ca(*, ca: bool = True) -> x509.BasicConstraints:
    return x509.BasicConstraints(ca=ca, path_length=None)


GOOD: tuple[Extension, ...] = ((_ca(), True), (key_usage("key_cert_sign", "crl_sign"), True))
UNKNOWN = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.99999.1"), b"\5\0")


def root(
    keys: Keys,
    extensions: tuple[Extension, ...],
    key: rsa.RSAPrivateKey | None = None,
    change: Customise = lambda template: template,
) -> bytes:
    key = key or keys.other
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Root")])
    template = CertificateTemplate(
        issuer=name,
        subject=name,
        public_key=key.public_key(),
        serial_number=1,
        not_before=ISSUED_AT,
        not_after=ISSUED_AT.replace(year=2036),
        extensions=extensions,
        issuer_key=key,
        hash_algorithm=hashes.SHA256(),
    )
    return der(change(template).sign())


def test_a_root_of_good_form_is_an_anchor(keys: Keys, folder: Path) -> None:
    """Without a subjectKeyIdentifier, too, and without a keyUsage that would bind it to a use."""
    for extensions in (GOOD, GOOD[:1]):
        (folder / "jpki-auth" / "root.cer").write_bytes(root(keys, extensions))

        assert len(list(load_anchors(folder, [AuthProfile({})], "demo"))) == 1


@pytest.mark.parametrize(
    "extensions",
    [
        GOOD[1:],
        ((_ca(ca=False), True), GOOD[1]),
        ((_ca(), False), GOOD[1]),
        (GOOD[0], (key_usage("crl_sign"), True)),
        (*GOOD, (UNKNOWN, True)),
    ],
    ids=[
        "without basicConstraints",
        "without the CA bit",
        "basicConstraints not critical",
        "without keyCertSign",
        "unknown critical extension",
    ],
)
def test_a_root_that_may_not_issue_is_no_anchor(
    keys: Keys, folder: Path, extensions: tuple[Extension, ...]
) -> None:
    (folder / "jpki-auth" / "root.cer").write_bytes(root(keys, extensions))

    with pytest.raises(SettingsError, match=r"root\.cer: not a CA certificate"):
        load_anchors(folder, [AuthProfile({})], "demo")


def test_a_root_with_an_unknown_extension_that_is_not_critical_is_an_anchor(
    keys: Keys, folder: Path
) -> None:
    (folder / "jpki-auth" / "root.cer").write_bytes(root(keys, (*GOOD, (UNKNOWN, False))))

    assert len(list(load_anchors(folder, [AuthProfile({})], "demo"))) == 1


def test_a_certificate_issued_by_another_ca_is_no_anchor(keys: Keys, folder: Path) -> None:
    """An intermediate: only roots are pinned."""

    def issued_by_another(template: CertificateTemplate) -> CertificateTemplate:
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Another")])
        return replace(template, issuer=name)

    (folder / "jpki-auth" / "root.cer").write_bytes(root(keys, GOOD, change=issued_by_another))

    with pytest.raises(SettingsError, match="an anchor is issued by itself"):
        load_anchors(folder, [AuthProfile({})], "demo")


def test_a_root_with_a_weak_key_is_no_anchor(keys: Keys, folder: Path) -> None:
    weak = rsa.generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505
    (folder / "jpki-auth" / "root.cer").write_bytes(root(keys, GOOD, weak))

    with pytest.raises(SettingsError, match="weak_key"):
        load_anchors(folder, [AuthProfile({})], "demo")


def test_a_root_that_did_not_sign_itself_is_no_anchor(keys: Keys, folder: Path) -> None:
    changed = bytearray(root(keys, GOOD))
    changed[-1] ^= 1
    (folder / "jpki-auth" / "root.cer").write_bytes(changed)

    with pytest.raises(SettingsError, match="bad_issuer_signature"):
        load_anchors(folder, [AuthProfile({})], "demo")
