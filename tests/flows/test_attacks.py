"""Somebody has the broker, the server, or one screen's password: what he gets, and what he does not.

The screens that are attacked are real players; the thief is whoever speaks to a broker that lets everybody in.
"""

import datetime as dt
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from office.broker.rights import Rights
from signage.messages import (
    Command,
    LedgerAck,
    LedgerBatch,
    LedgerMark,
    OfficeStatus,
    Trouble,
    decode,
    encode,
)
from signage.trust import sign_command
from tests.brokers import Mosquitto
from tests.flows.county import County, Thief, wait_until
from tests.flows.office import StandIn
from tests.flows.test_office_channel import House
from tests.office.collecting.screens import Ledger
from tests.player.publication.repository import Repository

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]

SCREEN = "sq-led1"
LEDGER_ACK, COMMAND = f"wuzha/1/screen/{SCREEN}/ledger/ack", f"wuzha/1/screen/{SCREEN}/command"
NO_WHY = Trouble(zh="", en="")
HEAD, STATUS = "wuzha/1/office/head", "wuzha/1/office/status"


@pytest.fixture
def broker(needs: Callable[..., None], tmp_path: Path) -> Iterator[Mosquitto]:
    needs("mosquitto")
    with Mosquitto(tmp_path / "broker", log_types="error") as one:
        yield one


@pytest.fixture
def county(broker: Mosquitto, tmp_path: Path) -> Iterator[County]:
    with County(tmp_path, broker) as one:
        yield one


@pytest.fixture
def thief(broker: Mosquitto) -> Iterator[Thief]:
    with Thief(broker.url) as one:
        yield one


# A stolen broker


def test_a_stolen_broker_that_forges_acknowledgements_takes_no_record_from_a_player(
    county: County, thief: Thief
) -> None:
    machine = county.enroll(SCREEN)
    county.collector.end()  # nobody but the thief hears the screen
    machine.start()
    thief.say(STATUS, encode(OfficeStatus(online=True)), retain=True)
    wait_until(lambda: thief.last(f"wuzha/1/screen/{SCREEN}/ledger"), "the thief is told the ledger")
    batch = decode(thief.last(f"wuzha/1/screen/{SCREEN}/ledger"), LedgerBatch, 64 * 1024)
    upto = batch.first + len(batch.records) - 1
    lies = (
        LedgerMark(epoch=batch.epoch, upto=upto, head=batch.after),
        LedgerMark(epoch=batch.epoch, upto=2**53, head="ab" * 32),
        LedgerMark(epoch=batch.epoch, upto=1, head="cd" * 32),
        LedgerMark(epoch="0" * 16, upto=2**53, head=batch.after),
    )
    for lie in lies:
        before = machine.hashes()
        thief.say(LEDGER_ACK, encode(LedgerAck(marks=(lie,))), retain=True)
        wait_until(lambda: len(machine.hashes()) > len(before) + 2, "it plays on")  # noqa: B023
        after = machine.hashes()
        assert {key: after[key] for key in before} == before, "nothing that was written is gone"
    assert len({epoch for epoch, _ in machine.hashes()}) <= 2, "lies make no epochs without end"
    county.collector.start()
    wait_until(lambda: before.items() <= county.hashes().items(), "all of it is at the office in the end", 120)
    assert county.plays() > 0
    assert not {"broken", "gap", "fork"} & county.alarms()


def test_a_stolen_broker_that_forges_heads_changes_nothing_on_the_screen(county: County, thief: Thief) -> None:
    machine = county.enroll(SCREEN)
    machine.start()
    county.push("一号", wait_s=60)
    old = thief_hears(thief, HEAD)
    county.push("二号", wait_s=60)
    wait_until(lambda: county.on_air(SCREEN) == [2], "the screen says what it shows")
    now = thief_hears(thief, HEAD)
    assert old != now
    foreign = Repository(county.folder / "foreign", dt.datetime.now(dt.UTC))
    foreign.assign(SCREEN)
    newest = msgspec.json.decode(now)
    newest["signed"]["version"] += 1000
    for head in (old, foreign.head(), now[:-20], b"", b"{}", b"[" * 10_000, msgspec.json.encode(newest), bytes(16_000)):
        thief.say(HEAD, head, retain=True)
    wait_until(lambda: "publications: signed metadata is wrong" in machine.log, "it says so in its log")
    assert county.on_air(SCREEN) == [2]
    county.push("三号", wait_s=60)
    wait_until(lambda: county.on_air(SCREEN) == [3], "the true head is taken all the same")
    assert set(county.rows("SELECT publication FROM office_receipt WHERE step = 'refused'")) <= {(0,)}


@pytest.mark.parametrize(
    "lie",
    [b'{"v":1,"online":false}', b"", b"{", b'{"v":1,"online":"yes"}', b'{"v":1,"online":true,"ledger":[99]}'],
    ids=["gone", "nothing", "half", "nonsense", "of another format"],
)
def test_a_stolen_broker_that_says_the_office_is_gone_delays_records_and_loses_none(
    county: County, thief: Thief, lie: bytes
) -> None:
    machine = county.enroll(SCREEN)
    machine.start()
    wait_until(lambda: len(county.hashes()) > 3, "plays at the office")
    thief.say(STATUS, lie, retain=True)
    before = machine.hashes()
    wait_until(lambda: len(machine.hashes()) > len(before) + 2, "it plays on")
    after = machine.hashes()
    wait_until(lambda: after.items() <= county.hashes().items(), "the collector heard the lie, and contradicted it")


def test_a_stolen_broker_that_makes_up_another_history_is_an_alarm_and_changes_nothing(
    county: County, thief: Thief
) -> None:
    machine = county.enroll(SCREEN)
    machine.start()
    wait_until(lambda: len(county.hashes()) > 3, "plays at the office")
    [epoch] = {name for name, _ in county.hashes()}
    forged = Ledger(SCREEN, epoch).filled(4).batch(1, 4)
    for what, batch in (("broken", msgspec.structs.replace(forged, after="ab" * 32)), ("fork", forged)):
        thief.say(f"wuzha/1/screen/{SCREEN}/ledger", encode(batch))
        wait_until(lambda: what in county.alarms(), what)  # noqa: B023
    machine.end()
    here = machine.hashes()
    assert all(here[key] == digest for key, digest in county.hashes().items()), "what was stored stays as it was"


def test_a_stolen_broker_can_make_up_plays_in_a_ledger_of_its_own_and_only_a_comparison_shows_it(
    county: County, thief: Thief
) -> None:
    """What is not defended: a ledger is chained, not signed. The screen's own ledger and `verify` settle it."""
    machine = county.enroll(SCREEN)
    machine.start()
    wait_until(lambda: len(county.hashes()) > 3, "plays at the office")
    forged = Ledger(SCREEN, "f" * 16).filled(4).batch(1, 4)
    thief.say(f"wuzha/1/screen/{SCREEN}/ledger", encode(forged))
    wait_until(lambda: ("f" * 16, 4) in county.hashes(), "they are stored, and counted")
    machine.end()
    foreign = {epoch for epoch, _ in county.hashes()} - {epoch for epoch, _ in machine.hashes()}
    assert foreign == {"f" * 16}


# Commands


def test_no_command_but_the_offices_of_now_is_obeyed(tmp_path: Path, broker: Mosquitto) -> None:
    house = House(tmp_path, broker)
    try:
        with StandIn(broker.url, house_screen(), house.key, house.head) as office:
            kept = by(house.key, office.send("volume", percent=10), number=5)
            office.repeat(kept, retain=True)  # nobody subscribes yet: the broker can only keep it
            house.start()
            wait(lambda: office.status() == "online", "online")
            assert "the broker kept it" in (office.reply(kept).why or NO_WHY).en
            first = office.send("volume", percent=40)
            assert office.reply(first).ok
            bad = {
                "unsigned": changed(first, number=10, op="blackout", args={"on": True}, signature="0" * 128),
                "its signature from another": changed(first, number=11, op="blackout", args={"on": True}),
                "by a stranger": by(Ed25519PrivateKey.generate(), first, number=12),
                "of the past": by(house.key, first, number=13, since=dt.timedelta(hours=-1)),
                "valid for a day": by(house.key, first, number=15, valid=dt.timedelta(days=1)),
                "for another screen": by(house.key, first, number=16, screen="sq-other"),
                "with a number of the past": by(house.key, first, number=1),
                "replayed": first,
            }
            reasons = set()
            for what, command in bad.items():
                office.repeat(command)
                if command is not first:
                    answer = office.reply(command)
                    assert not answer.ok, what
                    assert answer.why is not None
                    reasons.add(answer.why.en)
            last = by(house.key, first, number=30, op="volume", args={"percent": 25})
            office.repeat(last)
            assert office.reply(last).ok, "none of them used up a number"
            state = office.wait_state(lambda s: s.volume == 25, "the true one")
            assert not state.blackout
            assert "blackout_begins" not in house.log
            # Of lines that repeat one is written.
            assert house.log.count("command refused") >= len(reasons) > 1
            assert all(each in house.log for each in reasons)
    finally:
        house.end()


# Rights


def test_the_trials_broker_gives_a_screen_the_rights_of_the_deployed_one() -> None:
    deployed = (Path(__file__).parents[2] / "deploy" / "mosquitto" / "acl").read_text()
    mine = Rights("wuzha/1", "office").acl()
    assert patterns(mine) == patterns(deployed)
    assert len(patterns(mine)) == 10


def patterns(acl: str) -> set[str]:
    return {line for line in acl.splitlines() if line.startswith("pattern")}


def wait(true: Callable[[], object], what: str) -> None:
    wait_until(true, what)


def thief_hears(thief: Thief, topic: str) -> bytes:
    wait_until(lambda: thief.last(topic), topic)
    return thief.last(topic)


def house_screen() -> str:
    from tests.flows.test_office_channel import SCREEN as FLOW

    return FLOW


def changed(command: Command, **fields: object) -> Command:
    return msgspec.structs.replace(command, id=secrets.token_hex(16), **fields)


def by(
    key: Ed25519PrivateKey,
    command: Command,
    *,
    since: dt.timedelta = dt.timedelta(),
    valid: dt.timedelta = dt.timedelta(seconds=120),
    **fields: object,
) -> Command:
    issued = dt.datetime.now(dt.UTC) + since
    told: dict[str, object] = {"op": "blackout", "args": {"on": True}, **fields}
    made = changed(command, issued=issued.isoformat(), not_after=(issued + valid).isoformat(), **told)
    return sign_command(made, key)
