"""`genkan demo`: the town on this machine, until somebody stops it."""

import asyncio
import signal
import threading
from pathlib import Path
from types import FrameType

from rich.console import Console
from rich.table import Table

from gateway.clock import system_clock
from gateway.commands.store_commands import initialise, register_clients
from gateway.demo.former_visits import register_who_moved
from gateway.demo.operators import open_door
from gateway.demo.processes import check_alive, parts_of, running
from gateway.demo.town import OPERATORS, RESIDENTS
from gateway.demo.world import Ports, World, open_world
from gateway.settings_file import load_settings
from gateway.virtual.folder import CardFolder

_STORIES = {
    "hanako": "an ordinary card / ふつうのカード",
    "saburo": "a name with a substitute character / 氏名に代替文字",
    "midori": "registered, then moved: signature certificate revoked / 登録後に転居、署名用が失効",
}


def run_demo(folder: Path, ports: Ports, out: Console) -> None:
    """Returns when stopped by Ctrl-C or SIGTERM. Raises DemoError where a part ends by itself."""
    stopped = threading.Event()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        stopped.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    world = prepare(folder, ports, out)
    out.print("Starting the gateway, the reader agent and two services ...")
    with running(parts_of(world)) as processes:
        introduce(world, out)
        while not stopped.wait(timeout=0.5):
            check_alive(processes)
    out.print("Stopped.")


def prepare(folder: Path, ports: Ports, out: Console) -> World:
    """The demo's folder, its store, registrations and operators; what is there is kept."""
    now = system_clock()
    world = open_world(folder, ports, now, lambda text: out.print(f"First start: {text} ..."))
    settings = load_settings(world.settings_file, {})

    async def prepare_store() -> None:
        await initialise(settings, now)
        await register_clients(settings, world.clients_file, now)
        await open_door(settings, world.folder, now)
        await register_who_moved(settings, CardFolder(world.cards), now)

    asyncio.run(prepare_store())
    return world


def introduce(world: World, out: Console) -> None:
    """What is where, who is who, and what to click."""
    out.print()
    out.print("Genkan is open. 玄関が開きました。", style="bold")
    places = Table("what", "where", box=None)
    places.add_row("花咲町 健康アプリ / Hanasaki Health", f"{world.health}/")
    places.add_row("花咲町 ポイント / Hanasaki Points", f"{world.points}/")
    places.add_row("gateway (OpenID Connect issuer)", world.issuer)
    places.add_row("for developers / 開発者の方へ", f"{world.issuer}/developers")
    places.add_row("reader agent with virtual cards", world.reader)
    places.add_row("operators' console / 運用者の管理画面", world.console)
    places.add_row("operators' codes (demo only) / 確認コード", world.authenticator)
    out.print(places)
    out.print()
    _introduce_residents(out)
    _introduce_operators(out)
    out.print(f"1. Open {world.health}/ and sign in. 健康アプリを開き、サインインします。")
    out.print("2. First time: register with the card. はじめは「カードで登録する」。")
    out.print(f"3. Open {world.points}/: no PIN this time. 次は暗証番号なしで入れます。")
    out.print(f"4. Administer it: {world.console}, as sonoda or hanai. 管理画面も試せます。")
    out.print(f"What the parts say stands in {world.logs}. 各プログラムの記録もここにあります。")
    out.print("Ctrl-C stops everything. 終わるときは Ctrl-C。")


def _introduce_residents(out: Console) -> None:
    people = Table("resident", "signature password", "PIN", "what is special", box=None)
    for resident in RESIDENTS:
        people.add_row(
            resident.person.name.replace("\u3000", " "),
            resident.signature_password,
            resident.authentication_pin,
            _STORIES[resident.card_id],
        )
    out.print(people)
    out.print()


def _introduce_operators(out: Console) -> None:
    people = Table("operator", "login name", "password", "administrator of", box=None)
    for operator in OPERATORS:
        whose = "the platform / 全体" if operator.tenant_id is None else "花咲町 / Hanasaki Town"
        name = operator.name.replace("\u3000", " ")
        people.add_row(name, operator.login_name, operator.password, whose)
    out.print(people)
    out.print()
