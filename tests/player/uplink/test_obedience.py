"""Commands: only the office's, only in time, each once, and what they order holds."""

import datetime as dt
import os
import secrets
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from player.state import Moment
from player.uplink.mailbox import Mailbox
from player.uplink.obedience import MOST_SHOTS, SHOT_S, Obedience
from player.uplink.parcel import Span
from player.uplink.standing import NAME, Kept, Standing
from signage.ledger import Details
from signage.messages import Command, Op, Reply, Value, decode, encode
from signage.timefloor import ClockQuality
from signage.topics import MOST_BYTES, ScreenLeaf
from signage.trust import sign_command

SCREEN = "sq-led"
NOW = dt.datetime(2026, 12, 1, 8, tzinfo=dt.UTC)
EPOCH = "0123456789abcdef"


class FakeHands:
    """Remembers what was done."""

    def __init__(self) -> None:
        self.did: list[object] = []
        self.happenings: list[tuple[str, Details]] = []
        self.busy = False

    def take_still(self) -> bool:
        self.did.append("still")
        return not self.busy

    def skip(self) -> None:
        self.did.append("skip")

    def refresh(self) -> None:
        self.did.append("refresh")

    def identify(self, seconds: int) -> None:
        self.did.append(("identify", seconds))

    def set_volume(self, percent: int | None) -> None:
        self.did.append(("volume", percent))

    def orders_changed(self) -> None:
        self.did.append("orders")

    def restart(self) -> None:
        self.did.append("restart")

    def happened(self, what: str, details: Details) -> None:
        self.happenings.append((what, details))


class FakeStill:
    def __init__(self, bytes_: int = 1000) -> None:
        self.size = (320, 180)
        self.bytes = bytes_

    def jpeg(self, most_bytes: int) -> bytes:
        return bytes(self.bytes)


class Screen:
    """One screen's obedience, and an office that commands it."""

    def __init__(self, state: Path) -> None:
        self.state = state
        self.key = Ed25519PrivateKey.generate()
        self.hands, self.mail, self.standing = FakeHands(), Mailbox(), Standing(state)
        self.sent: list[tuple[ScreenLeaf, bytes]] = []
        self.resent: list[Span] = []
        self.sent_at: dict[str, float] = {}
        self.learned: list[tuple[object, ...]] = []
        self.least: dt.datetime | None = None
        self.at = NOW
        self.clock: ClockQuality = "ntp"
        self.now = 1000.0
        self.number = 0
        self.obedience = Obedience(
            SCREEN,
            standing=self.standing,
            hands=self.hands,
            keys=lambda: (self.key.public_key().public_bytes_raw(),),
            read_clock=lambda: Moment(self.at, self.now, self.clock, signed_least=self.least),
            send=lambda leaf, payload: self.sent.append((leaf, payload)),
            ask_again=lambda span: self.resent.append(span) is None,
            dates=self,
            sent=self.sent_at.get,
        )

    def signed(self, kind: str, by: str, number: int, at: dt.datetime) -> None:
        self.learned.append((kind, number, at))

    def answered(self, by: str, at: dt.datetime, sent: float) -> None:
        self.learned.append(("answer", at, sent))

    def command(self, op: Op, args: dict[str, Value] | None = None, **changes: object) -> Command:
        self.number += 1
        made = Command(
            id=secrets.token_hex(16), screen=SCREEN, number=self.number, op=op, args=args or {},
            issued=NOW.isoformat(), not_after=(NOW + dt.timedelta(seconds=60)).isoformat(), by="值班员",
        )  # fmt: skip
        return sign_command(msgspec.structs.replace(made, **changes), self.key)

    def take(self, command: Command, *, retained: bool = False) -> Reply:
        self.obedience.take(encode(command), retained=retained, now=self.now)
        return self.replies()[-1]

    def obey(self, op: Op, **args: Value) -> Reply:
        return self.take(self.command(op, args))

    def look(self, *, all_sent: bool = True) -> None:
        self.obedience.look(self.mail, self.now, all_sent=all_sent)

    def replies(self) -> list[Reply]:
        return [decode(payload, Reply, MOST_BYTES["reply"]) for leaf, payload in self.sent if leaf == "reply"]


def told(reply: Reply) -> str:
    """Why it was refused."""
    return reply.why.en if reply.why is not None else ""


@pytest.fixture
def screen(tmp_path: Path) -> Screen:
    return Screen(tmp_path)


def test_a_screen_whose_clock_stands_in_the_past_goes_dark_when_told_and_only_once(screen: Screen) -> None:
    screen.at, screen.clock = NOW - dt.timedelta(days=90), "unsynced"
    command = screen.command("blackout", {"on": True})
    assert screen.take(command).ok
    assert not screen.take(command).ok, "its number was reached"


def test_a_screen_whose_clock_stands_in_2039_goes_dark_when_told(screen: Screen) -> None:
    screen.at, screen.clock, screen.least = NOW + dt.timedelta(days=4500), "unsynced", NOW - dt.timedelta(days=2)
    assert screen.obey("blackout", on=True).ok


def test_a_command_that_was_held_back_is_late_for_certain_when_the_office_signed_something_later(
    screen: Screen,
) -> None:
    screen.at, screen.clock, screen.least = NOW - dt.timedelta(days=90), "unsynced", NOW + dt.timedelta(seconds=61)
    assert "too late" in told(screen.obey("blackout", on=True))


@pytest.mark.parametrize("clock", ["ntp", "rtc", "unsynced"])
def test_a_command_that_answers_this_screen_is_in_time_whatever_its_clock_says(
    screen: Screen, clock: ClockQuality
) -> None:
    screen.at, screen.clock = NOW + dt.timedelta(days=4500), clock
    screen.sent_at["a" * 16] = screen.now - 20
    assert screen.take(screen.command("blackout", {"on": True}, answers="a" * 16)).ok
    screen.now += 41
    assert "too late" in told(screen.take(screen.command("blackout", {"on": True}, answers="a" * 16)))
    assert "too late" in told(screen.take(screen.command("blackout", {"on": True}, answers="b" * 16)))


def test_the_clock_learns_when_a_command_was_signed_and_what_it_answers(screen: Screen) -> None:
    screen.sent_at["a" * 16] = 990.0
    screen.at += dt.timedelta(days=1)
    late = screen.command("next")
    assert "too late" in told(screen.take(late)), "but it was signed"
    assert screen.take(screen.command("next", answers="a" * 16)).ok
    assert screen.learned == [("command", 1, NOW), ("command", 2, NOW), ("answer", NOW, 990.0)]


def test_the_clock_learns_nothing_from_what_is_not_signed_old_kept_or_another_screens(screen: Screen) -> None:
    assert screen.obey("next").ok
    screen.learned.clear()
    forged = msgspec.structs.replace(screen.command("next"), issued="2039-01-01T00:00:00+00:00")
    for command in (forged, screen.command("next", number=1), screen.command("next", screen="sq-led9")):
        assert not screen.take(command).ok
    assert not screen.take(screen.command("next"), retained=True).ok
    assert screen.learned == []


def test_every_operation_is_carried_out_and_answered(screen: Screen) -> None:
    assert screen.obey("next").ok
    assert screen.obey("refresh").ok
    assert screen.obey("identify", seconds=5).ok
    assert screen.obey("volume", percent=20).ok
    assert screen.obey("brightness", percent=60).ok
    assert screen.obey("blackout", on=True).ok
    assert screen.obey("filler", on=True).ok
    assert screen.obey("resend", epoch=EPOCH, first=3, last=9).ok
    assert screen.hands.did == ["skip", "refresh", ("identify", 5), ("volume", 20), "orders", "orders"]
    assert screen.resent == [Span(EPOCH, 3, 9)]
    assert screen.standing.kept == Kept(
        number=8, key=screen.key.public_key().public_bytes_raw().hex(), blackout=True, filler=True, volume=20,
        brightness=60,
    )  # fmt: skip
    assert Standing(screen.state).kept == screen.standing.kept, "it holds over a restart"


def test_a_command_is_obeyed_once_also_over_a_restart(screen: Screen) -> None:
    command = screen.command("next")
    assert screen.take(command).ok
    assert not screen.take(command).ok
    screen.obedience = Screen(screen.state).obedience
    again = Screen(screen.state)
    again.key = screen.key
    reply = again.take(command)
    assert not reply.ok
    assert reply.why is not None
    assert "reached before" in reply.why.en
    assert screen.hands.did == ["skip"]
    assert again.hands.did == []


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda s, c: s.take(msgspec.structs.replace(c, args={"on": False})), "signature"),
        (lambda s, c: s.take(msgspec.structs.replace(c, signature="0" * 128)), "signature"),
        (lambda s, c: s.take(sign_command(c, Ed25519PrivateKey.generate())), "signature"),
        (lambda s, c: s.take(sign_command(msgspec.structs.replace(c, screen="sq-other"), s.key)), "another screen"),
        (lambda s, c: s.take(c, retained=True), "kept it"),
        (lambda s, c: (setattr(s, "at", NOW + dt.timedelta(minutes=10)), s.take(c))[1], "too late"),
        (lambda s, c: (setattr(s, "at", NOW - dt.timedelta(minutes=10)), s.take(c))[1], "in the future"),
    ],
    ids=["changed", "unsigned", "foreign key", "foreign screen", "retained", "late", "early"],
)
def test_what_is_not_the_office_s_word_of_now_is_refused(screen: Screen, spoil, why: str) -> None:  # type: ignore[no-untyped-def]
    reply = spoil(screen, screen.command("blackout", {"on": True}))
    assert not reply.ok
    assert reply.why is not None
    assert why in reply.why.en
    assert reply.why.zh
    assert screen.hands.did == []
    assert screen.standing.kept == Kept(), "not even its number counts"


@pytest.mark.parametrize("payload", [b"", b"{", b"[]", b'{"v":2}', b"\xff\xfe", b"x" * 9000, b"[" * 8000])
def test_what_is_no_command_is_passed_over(screen: Screen, payload: bytes) -> None:
    screen.obedience.take(payload, retained=False, now=screen.now)
    assert screen.sent == []
    assert screen.hands.did == []


def test_numbers_that_a_stolen_key_used_up_come_back_with_new_keys(screen: Screen) -> None:
    assert screen.take(screen.command("blackout", {"on": True}, number=2**53)).ok
    assert not screen.obey("blackout", on=False).ok, "the thief has used up all numbers"
    stolen, screen.key = screen.key, Ed25519PrivateKey.generate()
    assert screen.obey("blackout", on=False).ok
    assert not screen.take(sign_command(screen.command("blackout", {"on": True}), stolen)).ok
    replayed = screen.command("next")
    assert screen.take(replayed).ok
    assert not screen.take(replayed).ok


def test_wrong_arguments_use_up_the_number_and_do_nothing(screen: Screen) -> None:
    reply = screen.obey("volume", percent=300)
    assert not reply.ok
    assert screen.hands.did == []
    assert (screen.standing.kept.number, screen.standing.kept.volume) == (1, None)


def test_without_a_disk_nothing_is_done(screen: Screen, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_descriptor: int) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(os, "fsync", full)
    reply = screen.obey("blackout", on=True)
    assert not reply.ok
    assert screen.hands.did == []
    assert not screen.standing.kept.blackout


def test_a_shot_is_sent_and_then_answered(screen: Screen) -> None:
    first, second = screen.command("shot"), screen.command("shot")
    for command in (first, second):
        screen.obedience.take(encode(command), retained=False, now=screen.now)
    assert screen.sent == []
    screen.mail.took(FakeStill())
    screen.look()
    assert [leaf for leaf, _ in screen.sent] == ["shot", "reply", "reply"]
    assert [r.id for r in screen.replies()] == [first.id, second.id], "one picture answers both"
    assert screen.replies()[0].data == {"bytes": 1000, "width": 320, "height": 180}


def test_a_picture_that_does_not_come_or_does_not_fit_is_said(screen: Screen) -> None:
    screen.obedience.take(encode(screen.command("shot")), retained=False, now=screen.now)
    assert screen.obedience.due() == screen.now + SHOT_S
    screen.now += SHOT_S + 0.1
    screen.look()
    assert [r.ok for r in screen.replies()] == [False]
    screen.obedience.take(encode(screen.command("shot")), retained=False, now=screen.now)
    screen.mail.took(FakeStill(200_000))
    screen.look()
    assert [r.ok for r in screen.replies()] == [False, False]
    assert not any(leaf == "shot" for leaf, _ in screen.sent)


def test_too_many_shots_at_once_are_refused(screen: Screen) -> None:
    for _ in range(MOST_SHOTS):
        screen.obedience.take(encode(screen.command("shot")), retained=False, now=screen.now)
    assert screen.sent == []
    assert not screen.obey("shot").ok
    screen.hands.busy = True
    assert not screen.obey("shot").ok


def test_a_restart_waits_for_its_answer_to_be_gone_but_not_for_ever(screen: Screen) -> None:
    assert screen.obey("restart").ok
    screen.look(all_sent=False)
    assert screen.hands.did == []
    screen.look(all_sent=True)
    assert screen.hands.did == ["restart"]
    screen.obey("restart")
    screen.now += 10
    screen.look(all_sent=False)
    assert screen.hands.did == ["restart", "restart"]


def test_orders_are_written_down_when_they_change_and_not_again(screen: Screen) -> None:
    for on in (True, True, False):
        screen.obey("blackout", on=on)
    assert [what for what, _ in screen.hands.happenings] == ["blackout_begins", "blackout_ends"]
    assert screen.hands.happenings[0][1]["by"] == "值班员"


def test_a_person_at_the_screen_ends_blackout_and_filler(screen: Screen) -> None:
    screen.obey("blackout", on=True)
    screen.obey("filler", on=True)
    screen.mail.end_orders()
    screen.look()
    assert (screen.standing.kept.blackout, screen.standing.kept.filler) == (False, False)
    assert screen.standing.kept.number == 2
    assert [what for what, _ in screen.hands.happenings][2:] == ["blackout_ends", "filler_ends"]
    assert screen.hands.did == ["orders"] * 3
    screen.mail.end_orders()
    screen.look()
    assert screen.hands.did == ["orders"] * 3, "there is nothing to end"


def test_a_flood_of_bad_commands_is_not_a_flood_of_log_lines(screen: Screen, caplog: pytest.LogCaptureFixture) -> None:
    for _ in range(200):
        screen.obedience.take(b"{}", retained=False, now=screen.now)
    screen.now += 61
    screen.obedience.take(b"{}", retained=False, now=screen.now)
    assert len(caplog.records) == 12
    assert "190 more" in caplog.text


def test_a_command_forges_no_line_of_the_log(screen: Screen, caplog: pytest.LogCaptureFixture) -> None:
    screen.obedience.take(b'{"op":"x\\n2026-01-01 ERROR forged"}', retained=False, now=screen.now)
    assert all("\n" not in record.getMessage() for record in caplog.records)


def test_a_broken_file_of_orders_orders_nothing_and_is_put_aside(tmp_path: Path) -> None:
    (tmp_path / NAME).write_bytes(b"{")
    assert Standing(tmp_path).kept == Kept()
    assert (tmp_path / "orders.broken").exists()
