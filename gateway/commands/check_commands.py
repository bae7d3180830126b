"""`genkan card check FILE`: one certificate, verified as the card endpoint would."""

from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import EntryPoints
from pathlib import Path

from gateway.assembly import load_profiles, load_sources, load_validators
from gateway.card.anchors import Anchors, load_anchors
from gateway.card.api import CardProfile, RevocationSource
from gateway.card.batch.anchors import read_anchors
from gateway.card.batch.evidence import RequestEvidence
from gateway.card.batch.general import check_general
from gateway.card.batch.request import Profile, Request
from gateway.card.general.model import PolicyInputs
from gateway.card.model import CertificateAlone, Verification
from gateway.card.verify import CardVerifier
from gateway.commands.batch_commands import load_checkers
from gateway.commands.certificate_files import read_file, read_folder
from gateway.errors import SettingsError
from gateway.settings import Settings


@dataclass(frozen=True, slots=True)
class FileCheck:
    """What is to be checked, and what for. A folder that is None: the settings' own."""

    file: Path
    at: datetime
    profile: Profile | None
    """None: whichever certificate of the card it is."""
    anchors: Path | None
    crls: Path | None
    pool: Path | None
    requires_revocation: bool


async def check_file(asked: FileCheck, settings: Settings, installed: EntryPoints) -> Verification:
    if asked.profile is Profile.GENERAL:
        return _check_general(asked, installed)
    profiles = load_profiles(settings, installed)
    verifier = CardVerifier(
        _anchors(asked, settings, profiles),
        profiles,
        _sources(asked, settings, installed),
        load_validators(settings, installed),
    )
    types = {profile.name: profile.certificate_type for profile in profiles}
    if asked.profile is not None and asked.profile not in types:
        raise SettingsError(f"--profile: {asked.profile} is not one of card.profiles")
    expected = None if asked.profile is None else types[asked.profile]
    return await verifier.verify(CertificateAlone(_certificate(asked), expected), asked.at)


def _anchors(asked: FileCheck, settings: Settings, profiles: tuple[CardProfile, ...]) -> Anchors:
    if asked.anchors is not None:
        return read_anchors(read_folder(asked.anchors, "--anchors"))
    return load_anchors(Path(settings.card.anchors_dir), profiles, settings.card.trust)


def _sources(
    asked: FileCheck, settings: Settings, installed: EntryPoints
) -> tuple[RevocationSource, ...] | None:
    if not asked.requires_revocation:
        return None
    if asked.crls is None:
        return load_sources(settings, installed)
    crls = read_folder(asked.crls, "--crls")
    return (RequestEvidence(load_checkers(installed), crls, ()),)


def _check_general(asked: FileCheck, installed: EntryPoints) -> Verification:
    """Nothing in the settings is meant for it."""
    if asked.anchors is None:
        raise SettingsError("--anchors: the general profile needs a folder of anchors")
    if asked.crls is None and asked.requires_revocation:
        raise SettingsError("--crls: the general profile needs a folder, or --revocation off")
    certificate = _certificate(asked)
    request = Request(
        request_id=None,
        profile=Profile.GENERAL,
        unverified_certificate=certificate,
        pool=() if asked.pool is None else read_folder(asked.pool, "--pool"),
        anchors=read_folder(asked.anchors, "--anchors"),
        crls=() if asked.crls is None else read_folder(asked.crls, "--crls"),
        ocsp=(),
        requires_revocation=asked.requires_revocation,
        at=asked.at,
        policy=PolicyInputs(),
        signature=None,
    )
    return check_general(request, CertificateAlone(certificate), load_checkers(installed).ocsp)


def _certificate(asked: FileCheck) -> bytes:
    found = read_file(asked.file)
    if len(found) > 1:
        raise SettingsError(f"{asked.file}: holds {len(found)} certificates; one is needed")
    return found[0]
