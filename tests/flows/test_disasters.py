"""Disasters that come to every county sooner or later: no play is lost, none is counted twice, nothing is hidden.

Everything is real: the player, the office's collector and server, mosquitto, and the commands that people type.
"""

import datetime as dt
import shutil
import signal
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from deploy.backup import Wrong, restore, save
from player.state import Moment, Play
from player.uplink.writer import LEDGER, Writer
from signage.ledger import PlayRecord, read
from signage.media import Media, MediaFacts
from signage.messages import LedgerAck, OfficeStatus, ScreenStatus, decode
from signage.slot import Slot
from tests.brokers import Mosquitto
from tests.flows.county import County, Hashes, Machine, Thief, hashes, open_copy, wait_until
from tests.office.people import PASSPHRASES

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]

SCREEN = "sq-led1"
DAYS, A_PLAY_S = 30, 60
NOW = dt.datetime.now(dt.UTC).replace(microsecond=0)


@pytest.fixture
def county(needs: Callable[..., None], tmp_path: Path) -> Iterator[County]:
    needs("mosquitto")
    with Mosquitto(tmp_path / "broker", log_types="error") as broker, County(tmp_path, broker) as one:
        yield one


def test_a_month_without_a_broker_is_at_the_office_when_it_comes_back_the_newest_first(county: County) -> None:
    machine = county.enroll(SCREEN)
    county.was_there_since(SCREEN, NOW - dt.timedelta(days=DAYS + 1))
    county.broker.kill()
    count = a_month_of_plays(machine)
    machine.start()
    wait_until(lambda: machine.uplink.get("conn", 0) >= 1 and len(machine.hashes()) > count + 5, "it plays alone")
    county.broker.start()
    wait_until(lambda: county.status(SCREEN) == "online", "online", 150)
    wait_until(lambda: len(county.hashes()) > 0, "the first records")
    newest = max(county.hashes(), key=lambda key: key[1])[1]
    came, here = len(county.hashes()), len(machine.hashes())
    if came < here // 2:  # else it was quicker than we could look
        assert newest > here - 1000, "the newest do not wait for the oldest"
    wait_until(lambda: len(county.hashes()) >= count, "the month is there", 150)
    everything_is_there_once(county, machine)
    assert county.alarms() == set()


def test_a_broker_whose_disk_is_wiped_is_told_everything_again(county: County) -> None:
    machine = county.enroll(SCREEN)
    county.sign()
    machine.start()
    wait_until(lambda: county.status(SCREEN) == "online" and len(county.hashes()) > 5, "plays at the office")
    county.broker.kill()  # it keeps nothing on its disk
    before = len(machine.hashes())
    wait_until(lambda: len(machine.hashes()) > before + 3, "plays meanwhile")
    county.broker.start()
    with Thief(county.broker.url) as late:
        retained = {
            "office/status": lambda payload: decode(payload, OfficeStatus, 1024).online,
            "office/head": lambda payload: b'"timestamp"' in payload,
            f"screen/{SCREEN}/birth": bool,
            f"screen/{SCREEN}/state": bool,
            f"screen/{SCREEN}/status": lambda payload: decode(payload, ScreenStatus, 1024).state == "online",
            f"screen/{SCREEN}/ledger/ack": lambda payload: decode(payload, LedgerAck, 8192).marks[0].upto > before,
        }
        for topic, is_right in retained.items():
            wait_until(lambda: (told := late.last(f"wuzha/1/{topic}")) and is_right(told), topic, 150)  # noqa: B023
    everything_is_there_once(county, machine)
    assert county.alarms() == set()


def test_an_office_restored_from_an_old_backup_gets_the_rest_again_and_can_push_again(county: County) -> None:
    machine = county.enroll(SCREEN)
    machine.start()
    county.push("第一次", wait_s=60)
    snapshot = save(county.home, county.folder / "backups", 3, NOW)
    passphrase = (county.home / "online.passphrase").read_text()
    saved = len(county.hashes())
    county.push("第二次", wait_s=60)
    county.push("第三次", wait_s=60)
    wait_until(lambda: len(county.hashes()) > saved + 20, "records after the backup")

    county.stop(signal.SIGKILL)
    shutil.rmtree(county.home)
    restore(snapshot, county.home, passphrase=passphrase)
    assert len(county.hashes()) <= saved
    here = len(machine.hashes())
    county.start()

    wait_until(lambda: len(county.hashes()) >= here, "what the backup lacks comes again", 120)
    wait_until(lambda: county.on_air(SCREEN) == [3], "the screen shows what was last, whatever the old office says")
    county.office("receipts", "3", code=1)  # the restored office does not know of it
    told = county.push("第四次", wait_s=60)
    assert "published 4" in told, "the number of a publication that the office forgot is not given again"
    wait_until(lambda: county.on_air(SCREEN) == [4], "it is on the screen")
    everything_is_there_once(county, machine)


def test_an_office_whose_online_key_is_lost_makes_another_and_screens_go_on_and_obey(county: County) -> None:
    machine = county.enroll(SCREEN)
    machine.start()
    county.push("第一次", wait_s=60)
    snapshot = save(county.home, county.folder / "backups", 3, NOW)
    county.stop(signal.SIGKILL)
    shutil.rmtree(county.home)
    with pytest.raises(Wrong, match=r"online\.passphrase"):
        restore(snapshot, county.home)
    restore(snapshot, county.home, new_online_key=True)
    county.start()

    (county.folder / "guan").write_text(PASSPHRASES["guan"])
    quieter = ("command", "volume", "30", "--to", "all")
    county.office(*quieter, code=1)  # it can sign nothing
    county.office("keys", "online", f"--root-passphrase-file={county.folder / 'guan'}", *county.signs)
    conn = machine.uplink["conn"]
    wait_until(
        lambda: "完成 done" in county.try_office("command", "volume", "30", "--to", "all"), "it obeys the new key"
    )
    county.push("第二次", wait_s=60)
    wait_until(lambda: county.on_air(SCREEN) == [2], "it is on the screen")
    assert machine.uplink["conn"] == conn, "nobody went to the screen"
    everything_is_there_once(county, machine)


def test_a_player_restored_from_an_old_image_begins_a_new_epoch_and_the_fork_is_shown(county: County) -> None:
    machine = county.enroll(SCREEN)
    machine.start()
    wait_until(lambda: len(county.hashes()) > 5, "the first plays")
    machine.end()
    image = county.folder / "image"
    shutil.copytree(machine.state, image)
    machine.start()
    wait_until(lambda: len(county.hashes()) > len(hashes(image / LEDGER)) + 8, "plays after the image was taken")
    machine.end()
    wait_until(lambda: county.status(SCREEN) == "offline", "a farewell")
    former = everything_is_there_once(county, machine)

    shutil.rmtree(machine.state)
    shutil.copytree(image, machine.state)
    machine.start()
    wait_until(lambda: len({epoch for epoch, _ in county.hashes()}) == 2, "a new epoch")
    wait_until(lambda: len(county.hashes()) > len(former) + 5, "plays in it")
    machine.end()
    wait_until(lambda: county.status(SCREEN) == "offline", "a farewell")
    there, here = county.hashes(), machine.hashes()
    assert {key: there[key] for key in former} == former, "what was stored stays as it was"
    epochs = {epoch for epoch, _ in here}
    [renewed] = epochs - {epoch for epoch, _ in former}
    assert of(there, renewed).items() <= of(here, renewed).items()
    assert {"fork", "clone"} & county.alarms(), "somebody is told"
    forked = {key for key in here if key in former and here[key] != former[key]}
    assert not forked or "fork" in county.alarms()
    assert "two machines with one identity, or an old image" in alarm_words(county)
    assert county.plays() == plays(county, there), "and each play is counted once"


def test_one_identity_on_two_machines_is_told_to_the_operator_and_doubles_no_count(county: County) -> None:
    machine = county.enroll(SCREEN)
    machine.start()
    wait_until(lambda: len(county.hashes()) > 5, "the first plays")
    machine.end()
    clone = county.second(machine, "clone")
    common = machine.hashes()
    for _ in range(2):  # both machines have the same boot id here, so the counters must tell them apart
        machine.end()
        conn = machine.uplink["conn"]
        machine.start()
        wait_until(lambda: machine.uplink["conn"] > conn and county.status(SCREEN) == "online", "online")  # noqa: B023
    wait_until(lambda: len(county.hashes()) > len(common) + 3, "plays that the clone does not know of")
    clone.start()  # from here on each throws the other off the broker, more and more slowly
    wait_until(lambda: {"clone", "fork"} <= county.alarms(), "both alarms", 120)
    told = {alarm["kind"]: alarm["en"] for alarm in county.screen(SCREEN)["alarms"]}
    assert "two machines with one identity" in told["clone"]
    assert "was cloned or tampered with" in told["fork"]
    wait_until(lambda: len({epoch for epoch, _ in county.hashes()}) >= 2, "the clone begins a ledger of its own", 60)
    for each in (machine, clone):
        each.end()
    there, both = county.hashes(), (machine.hashes(), clone.hashes())
    assert {key: there[key] for key in common} == common
    assert all(digest in (each.get(key) for each in both) for key, digest in there.items()), "nothing is made up"
    assert county.plays() == plays(county, there), "one number, one record, one count"
    assert county.plays() <= len(play_times(machine) | play_times(clone)), "what both remember is counted once"


def a_month_of_plays(machine: Machine) -> int:
    """Writes a month into the machine's ledger, by the player's own writer; gives how many records."""
    begin = NOW - dt.timedelta(days=DAYS)
    writer = Writer(machine.state / LEDGER, machine.screen, "a boot of last month")
    writer.open(Moment(begin, 0.0, "ntp"))
    count = DAYS * 86_400 // A_PLAY_S
    for first in range(0, count, 2000):
        writer.write([a_play(begin, number) for number in range(first, min(first + 2000, count))])
    writer.close()
    return count


def a_play(begin: dt.datetime, number: int) -> Play:
    at = begin + dt.timedelta(seconds=number * A_PLAY_S)
    name = f"posters/{number % 12}.png"
    media = Media(
        name=name, path=name, sha256=f"{number % 12:064x}", size_bytes=1, facts=MediaFacts(kind="image", width_px=1)
    )
    slot = Slot(
        number=number, zone="main", rank="normal", playlist="main", item=number % 12, kind="image", media=media,
        starts_at=at, planned_s=A_PLAY_S,
    )  # fmt: skip
    began, ended = Moment(at, number * 60.0, "ntp"), Moment(at + dt.timedelta(seconds=A_PLAY_S), number * 60.0, "ntp")
    return Play(slot=slot, outcome="complete", began=began, ended=ended, shown_s=A_PLAY_S, frames=1)


def everything_is_there_once(county: County, machine: Machine) -> Hashes:
    """Ends the player, and holds its ledger against what the office stored and counts."""
    machine.end()
    here = machine.hashes()
    if county.hashes() != here:  # the last words of a run may be told by the next one only
        machine.start()
        wait_until(lambda: here.items() <= county.hashes().items(), "the last words, too", 100)
        machine.end()
        here = machine.hashes()
    there = county.hashes()
    assert there.items() <= here.items(), "nothing that the screen does not have"
    assert len(there) >= len(here) - 3
    assert county.plays() == plays(county, there)
    return there


def plays(county: County, stored: Hashes) -> int:
    """Counts the plays among the records that are stored, from their own words."""
    texts = [text for (text,) in county.rows("SELECT text FROM office_ledgerrecord")]
    assert len(texts) == len(stored)
    return sum(isinstance(read(bytes(text)), PlayRecord) for text in texts)


def play_times(machine: Machine) -> set[tuple[str, str]]:
    with closing(open_copy(machine.state / LEDGER)) as db:
        told = [read(line.text) for epoch in db.epochs() for line in db.lines(epoch)]
    return {(each.at, each.boot) for each in told if isinstance(each, PlayRecord)}


def of(stored: Hashes, epoch: str) -> Hashes:
    return {key: digest for key, digest in stored.items() if key[0] == epoch}


def alarm_words(county: County) -> str:
    return " ".join(en for (en,) in county.rows("SELECT en FROM office_alarm"))
