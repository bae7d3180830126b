"""Lists that a program of the operator's own fetches: taken like any other, or not at all."""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import anyio
import pytest

from gateway.card.api import StatusValue
from plugins.crl.errors import UnusableError
from plugins.crl.refresher import SourceState
from tests.card.world import NOW
from tests.plugins.crl_program import ADDRESS, GIVE, Program, numbered
from tests.plugins.crl_world import CrlWorld

pytestmark = pytest.mark.anyio

GOOD, REVOKED = StatusValue.GOOD, StatusValue.REVOKED


@pytest.fixture
def program(crls: CrlWorld, tmp_path: Path) -> Program:
    return Program(crls, tmp_path / "program")


@pytest.fixture
async def replaced(program: Program) -> Program:
    """One list is in use; the next, which names the certificate, is published."""
    program.publish(program.crls.crl(numbered(7)))
    await program.refresh()
    program.crls.revoke()
    program.publish(program.crls.crl(numbered(8)))
    return program


async def test_what_it_writes_is_in_use_and_takes_the_place_of_the_last(
    replaced: Program, crls: CrlWorld
) -> None:
    assert (await crls.status()).value is GOOD
    assert replaced.lists.source_state(ADDRESS) == SourceState(NOW)

    await replaced.refresh()

    assert (await crls.status()).value is REVOKED
    assert [line.number for line in replaced.lists.lists(NOW)] == [8]
    assert not list(crls.folder.glob(".partial*"))
    await replaced.is_gone()


async def test_it_is_told_how_much_is_here_while_it_writes(
    program: Program, crls: CrlWorld
) -> None:
    published, told = crls.crl(), []
    program.publish(published)
    program.does(
        "output.write(published[:100]); output.flush()\n"
        "while not (here / 'go on').exists(): time.sleep(0.01)\n"
        "output.write(published[100:])"
    )

    def tell(size: int, total: int | None) -> None:
        told.append((size, total))
        (program.folder / "go on").touch()

    await program.lists.refresh(ADDRESS, NOW, tell)

    assert told == [(100, None), (len(published), None)]


@contextmanager
def standard_input_open() -> Iterator[None]:
    """Whoever inherited ours would wait for its end."""
    before, (reading, writing) = os.dup(0), os.pipe()
    os.dup2(reading, 0)
    try:
        yield
    finally:
        os.dup2(before, 0)
        for each in (before, reading, writing):
            os.close(each)


async def test_it_is_run_without_a_shell_and_inherits_nothing(
    program: Program, crls: CrlWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GENKAN_SECRET", "a secret")
    monkeypatch.setenv("LANG", "C.UTF-8")
    program.address = "ldap://d.example.test/cn=$(touch${IFS}x);'\"&|*?crl;binary"
    program.publish(crls.crl())
    program.does(
        GIVE + "\n"
        "environment = pathlib.Path('/proc/self/environ').read_text().split('\\0')\n"
        "with os.scandir('/proc/self/fd') as found:\n"
        "    files = [each.name for each in found if os.path.exists(each.path)]\n"
        "import json\n"
        "(here / 'seen').write_text(json.dumps({\n"
        "    'arguments': sys.argv[1:],\n"
        "    'environment': sorted(each.partition('=')[0] for each in environment if each),\n"
        "    'input': sys.stdin.read(),\n"
        "    'leads': os.getsid(0) == os.getpgid(0) == os.getpid(),\n"
        "    'files': len(files),\n"
        "}))"
    )

    with standard_input_open(), anyio.fail_after(30):
        await program.refresh()

    assert json.loads((program.folder / "seen").read_text()) == {
        "arguments": [program.address],
        "environment": ["LANG", "PATH"],
        "input": "",
        "leads": True,
        "files": 4,  # its three streams, and the folder it counts them in
    }


async def test_a_script_that_is_executable_is_a_program(program: Program, crls: CrlWorld) -> None:
    program.publish(crls.crl())
    script = program.folder / "fetch-crl"
    script.write_text(f"#!{sys.executable}\n" + program.script.read_text())
    script.chmod(0o700)

    lists = type(program.lists)(
        {**program.table, "programs": {"ldap": [str(script), "{url}"]}},
        list(crls.anchors().values()),
    )
    await lists.refresh(ADDRESS, NOW, lambda _, __: None)

    assert (await crls.status()).value is GOOD


FAILURES = {
    "its exit code alone": (GIVE + "; sys.exit(1)", r"exit code 1$"),
    "what it complains of": ("sys.exit('no such object')", r"exit code 1: no such object$"),
    "its first complaint": (
        "print('first', file=sys.stderr); print('second', file=sys.stderr); sys.exit(2)",
        r"exit code 2: first$",
    ),
    "a complaint that moves the cursor": (
        "sys.stderr.buffer.write(b'\\x1b[2J\\x07\\xff gone\\r\\nsecond'); sys.exit(1)",
        r"exit code 1: \\x1b\[2J\\x07\N{REPLACEMENT CHARACTER} gone$",
    ),
    "an endless complaint": (
        "sys.stderr.write('x' * 3_000_000); sys.exit(1)",
        r"exit code 1: x{200}$",
    ),
    "a signal": (
        GIVE + "; output.flush(); os.kill(os.getpid(), signal.SIGKILL)",
        r"ended by signal 9$",
    ),
    "nothing": ("", r"wrote nothing$"),
    "one byte too much": ("output.write(published.ljust(20_001, b'x'))", "than max_file_bytes$"),
    "no end": ("while True: output.write(bytes(65_536))", "larger than max_file_bytes$"),
    "too much for a child": (
        "leave_a_child(); output.write(bytes(20_001)); output.flush(); time.sleep(600)",
        "larger than max_file_bytes$",
    ),
    "no list": ("output.write(b'version: 1\\ndn: cn=crl\\n')", "not a CRL in DER"),
    "two lists": ("output.write(published + published)", "not a CRL in DER"),
    "a list cut short": ("output.write(published[:-1])", "not a CRL in DER"),
    "a list that was changed": (
        "output.write(published[:-1] + bytes([published[-1] ^ 1]))",
        "not signed by the certificate's issuer",
    ),
}


@pytest.mark.parametrize(("code", "problem"), FAILURES.values(), ids=FAILURES)
async def test_what_fails_leaves_the_list_that_is_there(
    replaced: Program, crls: CrlWorld, code: str, problem: str
) -> None:
    replaced.does(code)

    with pytest.raises(UnusableError, match=problem):
        await replaced.refresh()

    assert (await crls.status()).value is GOOD
    assert [line.number for line in replaced.lists.lists(NOW)] == [7]
    state = replaced.lists.source_state(ADDRESS)
    assert state.failures == 1
    assert state.problem is not None
    assert state.problem.isprintable()
    assert not list(crls.folder.glob(".partial*"))
    await replaced.is_gone()


async def test_it_is_admitted_like_a_list_that_was_fetched(
    replaced: Program, crls: CrlWorld
) -> None:
    for refused, problem in (
        (crls.crl(numbered(6)), "older than one that was here before"),
        (crls.crl(numbered(8), kind="sign"), "issued under another name"),
    ):
        replaced.publish(refused)
        with pytest.raises(UnusableError, match=problem):
            await replaced.refresh()

        assert (await crls.status()).value is GOOD
        assert [line.number for line in replaced.lists.lists(NOW)] == [7]


async def test_a_program_that_cannot_be_started_is_told(
    replaced: Program, crls: CrlWorld, tmp_path: Path
) -> None:
    (tmp_path / "data").write_text("no program")
    for path, problem in (("missing", "No such file"), ("data", "Permission denied")):
        table = {**replaced.table, "programs": {"ldap": [str(tmp_path / path), "{url}"]}}
        lists = type(replaced.lists)(table, list(crls.anchors().values()))

        with pytest.raises(UnusableError, match=f"its program cannot be started .{problem}"):
            await lists.refresh(ADDRESS, NOW, lambda _, __: None)

        assert (await crls.status()).value is GOOD
        assert not list(crls.folder.glob(".partial*"))
    assert lists.source_state(ADDRESS).failures == 2
