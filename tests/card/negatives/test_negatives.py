"""The negative table: each row's line is a good one with one wrong thing, and so is its answer."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from gateway.virtual.keys import new_p384_key
from tests.card.batch.desk import ask
from tests.card.conftest import keys
from tests.card.negatives import (
    certificate_form,
    certificate_path,
    certificate_profile,
    crl_scopes,
    crls,
    next_generation,
    ocsp,
    ocsp_responders,
    signatures,
)
from tests.card.negatives.town import Base, Row, Town
from tests.card.world import Keys, World

__all__ = ["keys"]

pytestmark = pytest.mark.anyio

AREAS = (
    certificate_form,
    certificate_path,
    certificate_profile,
    crls,
    crl_scopes,
    ocsp,
    ocsp_responders,
    signatures,
    next_generation,
)
REFUSALS = tuple(row for area in AREAS for row in area.REFUSALS)
ACCEPTANCES = tuple(row for area in AREAS for row in area.ACCEPTANCES)
LEAST = 150


@pytest.fixture(scope="module")
def towns(tmp_path_factory: pytest.TempPathFactory, keys: Keys) -> Mapping[str, Town]:
    world = World(tmp_path_factory.mktemp("negatives"), keys)
    on_p384 = replace(keys, authority=[new_p384_key() for _ in keys.authority], card=keys.p384)  # type: ignore[arg-type]
    following = World(tmp_path_factory.mktemp("next"), on_p384)
    towns = {kind: Town(world, kind) for kind in ("auth", "sign")}
    return {**towns, "next": Town(following, "auth")}


def test_there_are_at_least_150_refusals_and_no_two_are_the_same() -> None:
    names = [row.name for row in REFUSALS]

    assert len(set(names)) == len(names) >= LEAST
    assert all(row.outcome != "accepted" for row in REFUSALS)


@pytest.mark.parametrize(
    "base", dict.fromkeys(row.base for row in REFUSALS), ids=lambda base: base.name
)
async def test_the_line_without_the_change_is_accepted(
    towns: Mapping[str, Town], base: Base
) -> None:
    await expect_answer(towns, Row("nothing", lambda town: {}, "accepted", None, base))


@pytest.mark.parametrize("row", ACCEPTANCES, ids=lambda row: row.name)
async def test_what_only_looks_wrong_is_accepted(towns: Mapping[str, Town], row: Row) -> None:
    await expect_answer(towns, row)


@pytest.mark.parametrize("row", REFUSALS, ids=lambda row: row.name)
async def test_one_wrong_thing_is_told_by_its_reason(towns: Mapping[str, Town], row: Row) -> None:
    await expect_answer(towns, row)


async def expect_answer(towns: Mapping[str, Town], row: Row) -> None:
    town = towns[row.base.kind]
    answer = await ask({**row.base.line(town), **row.change(town)})
    assert (answer["outcome"], answer["reason"]) == (row.outcome, row.reason)
    assert row.outcome == "accepted" or answer["attributes"] is None
