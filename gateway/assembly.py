"""From settings and stores to the parts the application is made of."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import timedelta
from importlib.metadata import EntryPoints
from pathlib import Path

from starlette.middleware import Middleware
from starlette.routing import BaseRoute

from gateway.admin.house import House, Readiness
from gateway.audit.log import AuditLog, nobody
from gateway.audit.model import Entry, Origin
from gateway.audit.origins import UNKNOWN
from gateway.card.anchors import load_anchors
from gateway.card.api import (
    CardProfile,
    CertificateLinking,
    CertificateValidator,
    RevocationSource,
)
from gateway.card.challenge import Challenges
from gateway.card.verify import CardVerifier, Verifier
from gateway.clock import Clock
from gateway.consent.consents import Consents
from gateway.consent.task import ConsentTasks
from gateway.errors import SettingsError
from gateway.keys.hashing import KeyedHash, load_keyed_hash
from gateway.keys.master import load_master_key
from gateway.keys.sealing import Sealer
from gateway.keys.signing import SigningKeys
from gateway.login.browser import Browsers
from gateway.login.card_sign_in import CardSignIn
from gateway.login.handover import Handover
from gateway.login.linked import Linked
from gateway.login.presented import Presented
from gateway.login.reproof import Reproof
from gateway.login.routes import Login
from gateway.login.session import Sessions
from gateway.login.sign_in_log import SignInLog
from gateway.login.task import LoginTasks
from gateway.oidc.ending import GrantEnding
from gateway.oidc.logout.back_channel import BackChannel
from gateway.oidc.logout.notices import Notices
from gateway.oidc.logout.sign_out import SignOut
from gateway.oidc.provider import Provider
from gateway.operators.door import make_door
from gateway.plugins import load_plugins
from gateway.protection.failures import Failures
from gateway.protection.protection import Limit, Protection, uncounted
from gateway.protection.telling import Telling
from gateway.residents.links import Links
from gateway.residents.registry import Residents
from gateway.residents.renewal import Renewals
from gateway.residents.revocations import Revocations
from gateway.residents.search import ResidentSearch
from gateway.residents.subject import Subjects
from gateway.residents.sweep import Sweep
from gateway.settings import Settings
from gateway.store.api import Moments, Records
from gateway.tenants.allow_lists import AllowLists
from gateway.tenants.clients import Clients
from gateway.web.arrival import Arrival
from gateway.web.buckets import Buckets
from gateway.web.cookies import Cookies
from gateway.web.errors import too_many_requests
from gateway.web.networks import Networks, parse_network
from gateway.web.outgoing import Outgoing
from gateway.web.pages import Pages
from gateway.web.volume import Volume, paths_of_programs

PAGES = ("gateway.login", "gateway.consent", "gateway.oidc", "gateway.developers")


def load_profiles(settings: Settings, installed: EntryPoints) -> tuple[CardProfile, ...]:
    names, tables = settings.card.profiles, settings.plugins
    return load_plugins("gateway.card_profiles", names, tables, CardProfile, installed)


def load_sources(settings: Settings, installed: EntryPoints) -> tuple[RevocationSource, ...]:
    names, tables = settings.card.revocation_sources, settings.plugins
    return load_plugins("gateway.revocation_sources", names, tables, RevocationSource, installed)


def load_validators(settings: Settings, installed: EntryPoints) -> tuple[CertificateValidator, ...]:
    group, names = "gateway.certificate_validators", settings.card.validators
    return load_plugins(group, names, settings.plugins, CertificateValidator, installed)


def load_linking(
    settings: Settings, installed: EntryPoints, sources: Sequence[RevocationSource] = ()
) -> CertificateLinking | None:
    """None where none is named: nobody can be asked then. One of the `sources`, if it is named as
    both."""
    group, name = "gateway.certificate_linking", settings.card.linking
    names, tables = (name,) if name else (), settings.plugins
    plugins = load_plugins(group, names, tables, CertificateLinking, installed, sources)
    return next(iter(plugins), None)


def make_verifier(settings: Settings, installed: EntryPoints) -> CardVerifier:
    profiles = load_profiles(settings, installed)
    sources = load_sources(settings, installed)
    validators = load_validators(settings, installed)
    anchors = load_anchors(Path(settings.card.anchors_dir), profiles, settings.card.trust)
    return CardVerifier(anchors, profiles, sources, validators)


async def make_provider(
    settings: Settings,
    records: Records,
    moments: Moments,
    clock: Clock,
    told: Callable[[Entry], None] = nobody,
    outgoing: Outgoing | None = None,
    limited: Callable[[Limit], None] = uncounted,
) -> Provider:
    master = load_master_key(settings.keys)
    keys = SigningKeys(records, master, timedelta(seconds=settings.keys.reload_seconds))
    await keys.ensure(clock())
    keyed_hash = await load_keyed_hash(records, master)
    audit = AuditLog(records, keyed_hash, told)
    clients, outgoing = Clients(records, keyed_hash), outgoing or Outgoing()
    issuer = settings.server.issuer
    back_channel = BackChannel(records, clients, keys, audit, outgoing, clock, issuer)
    sign_out = make_sign_out(settings, keyed_hash, back_channel)
    revocations = Revocations(audit, sign_out.grants.revoke_of_residents, clock)
    task_lifetime = timedelta(seconds=settings.login.task_seconds)
    return Provider(
        settings=settings,
        clock=clock,
        records=records,
        moments=moments,
        clients=clients,
        keys=keys,
        keyed_hash=keyed_hash,
        audit=audit,
        residents=Residents(records, keyed_hash, Sealer(master), revocations),
        subjects=Subjects(keyed_hash),
        links=Links(records),
        sessions=Sessions(moments, Cookies(settings.secure_cookies), settings.login),
        login_tasks=LoginTasks(moments, task_lifetime),
        consents=Consents(records),
        consent_tasks=ConsentTasks(moments, task_lifetime),
        pages=Pages(PAGES),
        outgoing=outgoing,
        proxies=trusted_proxies(settings),
        sign_out=sign_out,
        protection=make_protection(settings, moments, keyed_hash, audit, limited),
    )


def make_protection(
    settings: Settings,
    moments: Moments,
    keyed_hash: KeyedHash,
    audit: AuditLog,
    limited: Callable[[Limit], None],
) -> Protection:
    limits = settings.limits
    return Protection(
        Failures(moments, keyed_hash),
        Telling(audit, moments, keyed_hash),
        Buckets(limits.requests_per_minute_per_address, limits.burst_per_address),
        Buckets(limits.requests_per_minute_per_client, limits.burst_per_client),
        limited,
    )


def limit_of_addresses(provider: Provider, routes: Iterable[BaseRoute]) -> Middleware:
    """Below the IP gate."""
    protection = provider.protection

    async def tell(arrival: Arrival) -> None:
        origin = Origin(UNKNOWN, arrival.address, arrival.request_id)
        await protection.told_limit("address", origin, provider.clock())

    programs, refuse = paths_of_programs(routes), too_many_requests(provider.pages)
    return Middleware(Volume, protection.addresses, programs, refuse, tell)


def make_sign_out(settings: Settings, keyed_hash: KeyedHash, back_channel: BackChannel) -> SignOut:
    records, audit = back_channel.records, back_channel.audit
    session_lifetime = timedelta(seconds=settings.login.session_absolute_seconds)
    notices = Notices(keyed_hash, Subjects(keyed_hash), audit, session_lifetime)
    grants = GrantEnding(notices, back_channel.clock)
    return SignOut(records, audit, notices, grants, back_channel)


def make_login(
    provider: Provider,
    verifier: Verifier,
    linking: CertificateLinking | None,
    challenges: Challenges,
    browsers: Browsers,
) -> Login:
    settings, clock, log = provider.settings, provider.clock, SignInLog(provider.audit)
    handover = Handover(settings, clock, challenges)
    pages, sessions, tasks = provider.pages, provider.sessions, provider.login_tasks
    residents = provider.residents
    presented = Presented(verifier)
    linked = Linked(linking, residents, Renewals(provider.records, provider.keyed_hash))
    return Login(
        settings=settings,
        clock=clock,
        pages=pages,
        sessions=sessions,
        tasks=tasks,
        browsers=browsers,
        handover=handover,
        card=CardSignIn(
            challenges, presented, residents, linked, settings.login, log, provider.protection
        ),
        reproof=Reproof(clock, pages, sessions, tasks, browsers, handover, log),
        residents=residents,
        replaced=provider.sign_out.of_session,
    )


def make_sweep(provider: Provider, verifier: CardVerifier) -> Sweep:
    return Sweep(
        records=provider.records,
        moments=provider.moments,
        keyed_hash=provider.keyed_hash,
        revocations=Revocations(
            provider.audit, provider.sign_out.grants.revoke_of_residents, provider.clock
        ),
        sources=verifier.revocation_sources,
        certificate_types=verifier.certificate_types,
        clock=provider.clock,
    )


def make_house(provider: Provider, readiness: Callable[[], Awaitable[Readiness]]) -> House:
    settings, records = provider.settings, provider.records
    return House(
        settings=settings,
        clock=provider.clock,
        records=records,
        moments=provider.moments,
        audit=provider.audit,
        keyed_hash=provider.keyed_hash,
        keys=provider.keys,
        allow_lists=AllowLists(records, timedelta(seconds=settings.admin.reload_seconds)),
        door=make_door(
            settings,
            records,
            provider.moments,
            provider.audit,
            provider.keyed_hash,
            load_master_key(settings.keys),
        ),
        residents=provider.residents,
        search=ResidentSearch(provider.keyed_hash),
        grants=provider.sign_out.grants,
        log_files=Path(settings.audit.directory),
        readiness=readiness,
    )


def trusted_proxies(settings: Settings) -> Networks:
    try:
        return Networks([parse_network(text) for text in settings.admin.trusted_proxies])
    except ValueError as cause:
        raise SettingsError(f"admin.trusted_proxies: {cause}") from cause
