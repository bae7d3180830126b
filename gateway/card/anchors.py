"""Trust anchors: which CA certificates are pinned, in which set, and by which rule they got there.

They lie in one folder per anchor set. Production trusts only files whose fingerprint its profiles
publish; the demo trusts only files that are none of those. So the two are never active together.
"""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Literal

from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import load_pem_x509_certificate

from gateway.card.api import Anchor, CardProfile, CertificateError
from gateway.card.issuer import Issuer, make_issuer
from gateway.errors import SettingsError

Trust = Literal["production", "demo"]


class Anchors:
    """The pinned anchors, found by their name's DER."""

    def __init__(self, issuers: Iterable[Issuer]) -> None:
        self._by_name: dict[bytes, tuple[Issuer, ...]] = {}
        for issuer in issuers:
            self._by_name[issuer.name] = (*self._by_name.get(issuer.name, ()), issuer)

    def named(self, name: bytes) -> tuple[Issuer, ...]:
        """All generations of a CA share one name."""
        return self._by_name.get(name, ())

    def __iter__(self) -> Iterator[Anchor]:
        return (issuer.anchor for issuers in self._by_name.values() for issuer in issuers)


def load_anchors(folder: Path, profiles: Iterable[CardProfile], trust: Trust) -> Anchors:
    """Every file of every set; one that may not be trusted stops the start."""
    by_set = {profile.anchor_set: profile for profile in profiles}
    published = frozenset().union(*(profile.published_anchors for profile in by_set.values()))
    for entry in _entries(folder):
        if entry.name not in by_set:
            raise SettingsError(f"card.anchors_dir: {entry} is not an anchor set of card.profiles")
    issuers: dict[str, Issuer] = {}
    for anchor_set, profile in by_set.items():
        files = _entries(folder / anchor_set)
        if not files:
            raise SettingsError(
                f"card.anchors_dir: no anchor for {anchor_set} in {folder / anchor_set};"
                " add one with `genkan card anchors add FILE`"
            )
        for file in files:
            issuer = _read(file, anchor_set)
            fingerprint = issuer.anchor.fingerprint
            if trust == "production" and fingerprint not in profile.published_anchors:
                raise SettingsError(f"card.anchors_dir: {file} is not published for {anchor_set}")
            if trust == "demo" and fingerprint in published:
                raise SettingsError(f"card.anchors_dir: {file} is real; the demo never trusts it")
            if fingerprint in issuers:
                raise SettingsError(f"card.anchors_dir: {file} is there twice")
            issuers[fingerprint] = issuer
    return Anchors(issuers.values())


def add_anchor(file: Path, folder: Path, profiles: Iterable[CardProfile]) -> Anchor:
    """Copies a published CA certificate into the set of the profile that publishes it."""
    for profile in profiles:
        anchor = _read(file, profile.anchor_set).anchor
        if anchor.fingerprint in profile.published_anchors:
            _write(folder / profile.anchor_set / f"{anchor.fingerprint}.cer", anchor)
            return anchor
    raise SettingsError(f"{file}: no profile publishes this certificate's fingerprint; not added")


def _entries(folder: Path) -> list[Path]:
    try:
        return sorted(entry for entry in folder.iterdir() if not entry.name.startswith("."))
    except FileNotFoundError:
        return []
    except NotADirectoryError:
        raise SettingsError(f"card.anchors_dir: {folder} is not a folder") from None


def _read(file: Path, anchor_set: str) -> Issuer:
    try:
        der = file.read_bytes()
        if der.startswith(b"-----BEGIN"):
            der = load_pem_x509_certificate(der).public_bytes(Encoding.DER)
        return make_issuer(der, anchor_set)
    except OSError as error:
        raise SettingsError(f"{file}: {error.strerror}") from error
    except (ValueError, CertificateError) as error:
        raise SettingsError(f"{file}: not a CA certificate to be pinned ({error})") from error


def _write(target: Path, anchor: Anchor) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f".{target.name}.{os.getpid()}")
    partial.write_bytes(anchor.certificate.public_bytes(Encoding.DER))
    partial.replace(target)
