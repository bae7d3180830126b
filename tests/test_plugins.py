"""Loading plugins: by name, in the settings' order; and the contract of those that come with it."""

import inspect
from collections.abc import Mapping
from importlib.metadata import EntryPoint, EntryPoints, entry_points
from typing import Any, get_type_hints

import pytest

from gateway.card.api import (
    CardProfile,
    CertificateLinking,
    CertificateType,
    CertificateValidator,
    EvidenceChecker,
    RevocationSource,
)
from gateway.errors import PluginError
from gateway.plugins import GROUPS, load_plugins
from plugins.crl import CrlDirectory
from plugins.jpki.auth import AuthProfile
from plugins.jpki.sign import SignProfile
from tests.support.throwaway_ca import ThrowawayCa

PROFILES = "gateway.card_profiles"
SOURCES = "gateway.revocation_sources"
CHECKERS = "gateway.evidence_checkers"
VALIDATORS = "gateway.certificate_validators"
LINKING = "gateway.certificate_linking"

Table = dict[str, object]
PROTOCOLS: dict[str, type[Any]] = {
    PROFILES: CardProfile,
    SOURCES: RevocationSource,
    CHECKERS: EvidenceChecker,
    VALIDATORS: CertificateValidator,
    LINKING: CertificateLinking,
}


def installed(*plugins: tuple[str, str], group: str = VALIDATORS) -> EntryPoints:
    return EntryPoints(EntryPoint(name, f"{__name__}:{value}", group) for name, value in plugins)


# --- plugins of these tests -----------------------------------------------------------------


class Quiet:
    """Without settings, and so without a constructor."""

    name = "quiet"

    async def validate(self, path: object, context: object) -> None: ...


class Loud:
    name = "loud"

    def __init__(self, settings: dict[str, object]) -> None:
        if set(settings) - {"volume"}:
            raise ValueError("volume is the only key")
        self.settings = settings

    async def validate(self, path: object, context: object) -> None: ...


class Louder(Loud):
    """Another class, of the same name."""


class NotAsync(Quiet):
    name = "not-async"

    def validate(self, path: object, context: object) -> None:  # type: ignore[override]
        """Would be called, and its result would never be looked at."""


class AsyncProfile(AuthProfile):
    name = "async-profile"

    async def check(self, path: object) -> None:  # type: ignore[override]
        """Would return a coroutine, which refuses nothing."""


class Misnamed(Quiet):
    name = "another"


class Nothing:
    name = "nothing"


class Breaking(Quiet):
    name = "breaking"

    def __init__(self, settings: dict[str, object]) -> None:
        raise RuntimeError("no such file")


NOT_A_CLASS = Quiet()


def load(*names: str, table: dict[str, dict[str, object]] | None = None) -> tuple[Any, ...]:
    everything = installed(
        ("quiet", "Quiet"),
        ("loud", "Loud"),
        ("not-async", "NotAsync"),
        ("misnamed", "Misnamed"),
        ("nothing", "Nothing"),
        ("breaking", "Breaking"),
        ("not-a-class", "NOT_A_CLASS"),
        ("missing", "Missing"),
        ("double", "Quiet"),
        ("double", "Loud"),
    )
    return load_plugins(VALIDATORS, names, table or {}, PROTOCOLS[VALIDATORS], everything)


# --- the loader -----------------------------------------------------------------------------


def test_plugins_are_loaded_in_the_order_of_the_settings() -> None:
    assert [each.name for each in load("quiet", "loud")] == ["quiet", "loud"]
    assert [each.name for each in load("loud", "quiet")] == ["loud", "quiet"]


def test_what_is_installed_but_not_named_is_not_loaded() -> None:
    assert load() == ()


def test_a_plugin_gets_its_own_table() -> None:
    (loud,) = load("loud", table={"loud": {"volume": 11}, "quiet": {"x": 1}})

    assert loud.settings == {"volume": 11}


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["absent"], "'absent' is not installed; installed: breaking, double, loud, "),
        (["quiet", "quiet"], "named twice"),
        (["double"], "installed more than once"),
        (["missing"], "'missing' cannot be loaded"),
        (["not-a-class"], "'not-a-class' is not a class"),
        (["nothing"], "'nothing' is no CertificateValidator"),
        (["not-async"], "validate must be async"),
        (["misnamed"], "'misnamed' calls itself 'another'"),
        (["breaking"], "'breaking' cannot be built: no such file"),
        (["quiet", "absent"], "not installed"),
    ],
)
def test_a_plugin_that_cannot_be_used_stops_the_start(names: list[str], message: str) -> None:
    with pytest.raises(PluginError, match=message) as stopped:
        load(*names)

    assert "\n" not in str(stopped.value)


def test_one_that_is_named_in_two_groups_is_one_object_with_one_table() -> None:
    both = EntryPoints([*installed(("loud", "Loud")), *installed(("loud", "Loud"), group=SOURCES)])
    tables: dict[str, dict[str, object]] = {"loud": {"volume": 3}}
    built = load_plugins(SOURCES, ["loud"], tables, PROTOCOLS[VALIDATORS], both)
    again = load_plugins(VALIDATORS, ["loud"], tables, PROTOCOLS[VALIDATORS], both, built)
    assert again[0] is built[0]


def test_another_class_under_the_same_name_is_another_object() -> None:
    found = installed(("loud", "Louder"))
    (plugin,) = load_plugins(VALIDATORS, ["loud"], {}, PROTOCOLS[VALIDATORS], found, load("loud"))
    assert type(plugin) is Louder


def test_where_nothing_is_installed_the_message_says_so() -> None:
    with pytest.raises(PluginError, match="installed: none"):
        load_plugins(VALIDATORS, ["x"], {}, Quiet, EntryPoints())


def test_a_profile_that_is_async_stops_the_start() -> None:
    found = installed(("async-profile", "AsyncProfile"), group=PROFILES)

    with pytest.raises(PluginError, match="check must be a plain function"):
        load_plugins(PROFILES, ["async-profile"], {}, PROTOCOLS[PROFILES], found)


def test_a_setting_the_plugin_does_not_know_stops_the_start() -> None:
    with pytest.raises(PluginError, match=r"^plugins\.loud: volume is the only key$"):
        load("loud", table={"loud": {"colour": "red"}})


def test_a_table_for_a_plugin_without_settings_stops_the_start() -> None:
    with pytest.raises(PluginError, match=r"^plugins\.quiet: it takes no settings$"):
        load("quiet", table={"quiet": {"colour": "red"}})


# --- the contract of every installed plugin -------------------------------------------------

FIRST_PARTY = {
    PROFILES: {"jpki-sign", "jpki-auth"},
    SOURCES: {"crl", "ocsp", "verification_service"},
    CHECKERS: {"crl", "ocsp"},
    LINKING: {"verification_service"},
}
INSTALLED = [each for group in PROTOCOLS for each in entry_points(group=group)]


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Mapping[tuple[str, str], Table]:
    """What a plugin cannot do without."""
    client = ThrowawayCa(tmp_path_factory.mktemp("client")).client()
    service: Table = {
        "base_url": "https://pf.example.test/jpki",
        "client_certificate_file": str(client.certificate_file),
        "client_key_file": str(client.key_file),
    }
    return {
        (SOURCES, "ocsp"): {"responders": {"*": "http://ocsp.example.test/"}},
        (SOURCES, "verification_service"): service,
        (LINKING, "verification_service"): service,
    }


def test_every_group_has_its_protocol() -> None:
    assert set(GROUPS) == set(PROTOCOLS)


def test_the_first_party_plugins_come_through_the_door_of_anyones() -> None:
    for group, names in FIRST_PARTY.items():
        assert names <= set(entry_points(group=group).names)


@pytest.mark.parametrize("entry_point", INSTALLED, ids=lambda each: f"{each.group}:{each.name}")
def test_every_installed_plugin_keeps_its_protocol(
    entry_point: EntryPoint, tables: Mapping[tuple[str, str], Table]
) -> None:
    protocol = PROTOCOLS[entry_point.group]
    only_this = EntryPoints([entry_point])
    group, name = entry_point.group, entry_point.name
    own = {name: tables.get((group, name), {})}

    (plugin,) = load_plugins(group, [name], own, protocol, only_this)

    assert isinstance(plugin, protocol)
    for member, promised in vars(protocol).items():
        if inspect.isfunction(promised) and not member.startswith("_"):
            offered = inspect.signature(getattr(plugin, member))
            asked = list(inspect.signature(promised).parameters)[1:]
            assert list(offered.parameters) == asked
    for member in get_type_hints(protocol):
        assert hasattr(plugin, member)


@pytest.mark.parametrize("profile", [SignProfile({}), AuthProfile({})])
def test_a_profile_says_what_it_is(profile: CardProfile) -> None:
    assert profile.name == profile.anchor_set
    assert isinstance(profile.certificate_type, CertificateType)
    assert all(len(each) == 64 and each.upper() == each for each in profile.published_anchors)


@pytest.mark.parametrize("plugin", [SignProfile, AuthProfile, CrlDirectory])
def test_every_first_party_plugin_refuses_a_key_it_does_not_know(plugin: Any) -> None:
    with pytest.raises(ValueError, match=r"^no-such-key: unknown key"):
        plugin({"no-such-key": 1})
