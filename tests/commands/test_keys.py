"""`genkan keys`: what there is, and the next one's turn."""

from tests.commands.conftest import Finished, Genkan


def states(done: Finished, alg: str) -> dict[str, str]:
    """State by kid."""
    cells = [line.strip("│┃ ").split("│") for line in done.out.splitlines() if alg in line]
    return {kid.strip(): state.strip() for kid, _, state, *_ in cells}


def test_each_algorithm_has_an_active_key_and_a_next_one(genkan: Genkan) -> None:
    genkan("init")
    listed = genkan("keys", "list")
    for alg in ("ES256", "RS256", "PS256", "EdDSA", "ECDH-ES"):
        assert sorted(states(listed, alg).values()) == ["active", "next"]


def test_rotating_gives_the_next_one_its_turn_and_keeps_the_old_one(genkan: Genkan) -> None:
    genkan("init")
    before = states(genkan("keys", "list"), "ES256")
    done = genkan("keys", "rotate")
    after = states(genkan("keys", "list"), "ES256")
    (was_next,) = (kid for kid, state in before.items() if state == "next")
    (was_active,) = (kid for kid, state in before.items() if state == "active")
    assert was_next in done.out
    assert (after[was_next], after[was_active]) == ("active", "retired")
    assert sorted(after.values()) == ["active", "next", "retired"]


def test_an_algorithm_that_is_not_used_is_refused_in_one_line(genkan: Genkan) -> None:
    genkan("init")
    before = genkan("keys", "list").out
    done = genkan("keys", "rotate", "HS256")
    assert (done.exit_code, done.err) == (
        2,
        "genkan: HS256 is not one of ES256, RS256, PS256, EdDSA, ECDH-ES\n",
    )
    assert genkan("keys", "list").out == before


def test_without_a_store_it_says_what_to_do(genkan: Genkan) -> None:
    done = genkan("keys", "list")
    assert (done.exit_code, done.err.count("\n")) == (2, 1)
    assert "genkan init" in done.err


def test_a_store_that_cannot_be_written_is_one_line_and_nothing_is_rotated(genkan: Genkan) -> None:
    genkan("init")
    before = genkan("keys", "list").out
    read_only = "sqlite:///file:var/genkan.db?mode=ro&uri=true"
    done = genkan("keys", "rotate", GENKAN_STORE__RECORDS=read_only)
    assert (done.exit_code, done.err.count("\n")) == (2, 1)
    assert "store.records: attempt to write a readonly database" in done.err
    assert genkan("keys", "list").out == before
