"""Loading plugins: by name and in the settings' order, never by discovery.

Installed is not active. A plugin that is missing, doubled or mis-shaped stops the start.
"""

import inspect
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import EntryPoint, EntryPoints, entry_points
from typing import TypeVar, cast

from gateway.errors import PluginError

P = TypeVar("P")
GROUPS = (
    "gateway.card_profiles",
    "gateway.revocation_sources",
    "gateway.evidence_checkers",
    "gateway.certificate_validators",
    "gateway.certificate_linking",
)


def installed_plugins() -> EntryPoints:
    """Everything that is installed, first-party and anyone's. Nothing of it is loaded here."""
    return EntryPoints(found for group in GROUPS for found in entry_points(group=group))


def load_plugins(
    group: str,
    names: Sequence[str],
    tables: Mapping[str, Mapping[str, object]],
    protocol: Callable[..., P],
    entry_points: EntryPoints,
    built: Sequence[object] = (),
) -> tuple[P, ...]:
    """The named plugins of a group, each built with its own table `[plugins.NAME]`. `protocol` is
    the class they must satisfy (a Protocol is no `type[P]` to mypy, since it cannot be built).
    `built`: plugins of other groups. One that is named here too serves here as well, so that what
    it keeps (connections, tokens, answers) is there once."""
    installed = entry_points.select(group=group)
    if len(set(names)) != len(names):
        raise PluginError(f"{group}: a plugin is named twice ({', '.join(names)})")
    return tuple(_load(_find(installed, group, name), protocol, tables, built) for name in names)


def _find(installed: EntryPoints, group: str, name: str) -> EntryPoint:
    found = tuple(installed.select(name=name))
    if not found:
        known = ", ".join(sorted(installed.names)) or "none"
        raise PluginError(f"{group}: {name!r} is not installed; installed: {known}")
    if len(found) > 1:
        providers = ", ".join(sorted(each.value for each in found))
        raise PluginError(f"{group}: {name!r} is installed more than once: {providers}")
    return found[0]


def _load(
    entry_point: EntryPoint,
    protocol: Callable[..., P],
    tables: Mapping[str, Mapping[str, object]],
    built: Sequence[object],
) -> P:
    name = entry_point.name
    try:
        factory = entry_point.load()
    except Exception as error:
        raise PluginError(f"plugin {name!r} cannot be loaded: {error}") from error
    if not isinstance(factory, type):
        raise PluginError(f"plugin {name!r} is not a class")
    same = (each for each in built if type(each) is factory and _name_of(each) == name)
    plugin: object = next(same, None)
    if plugin is None:
        plugin = _build(factory, name, tables.get(name, {}))
    _check_shape(plugin, name, cast("type", protocol))
    return cast("P", plugin)


def _build(factory: type, name: str, table: Mapping[str, object]) -> object:
    """A plugin without settings may leave the constructor out; a table for it is a mistake."""
    try:
        if inspect.signature(factory).parameters:
            return factory(table)
        if table:
            raise ValueError("it takes no settings")
        return factory()
    except ValueError as error:
        raise PluginError(f"plugins.{name}: {error}") from error
    except Exception as error:
        raise PluginError(f"plugin {name!r} cannot be built: {error}") from error


def _check_shape(plugin: object, name: str, protocol: type) -> None:
    if not isinstance(plugin, protocol):
        raise PluginError(f"plugin {name!r} is no {protocol.__name__}: it lacks a member")
    called = _name_of(plugin)
    if called != name:
        raise PluginError(f"plugin {name!r} calls itself {called!r}")
    for member, promised in vars(protocol).items():
        if not inspect.isfunction(promised) or member.startswith("_"):
            continue
        is_async = inspect.iscoroutinefunction(promised)
        if inspect.iscoroutinefunction(getattr(plugin, member)) != is_async:
            kind = "async" if is_async else "a plain function"
            raise PluginError(f"plugin {name!r}: {member} must be {kind}")


def _name_of(plugin: object) -> object:
    return getattr(plugin, "name", None)
