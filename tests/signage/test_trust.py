"""Nothing is believed that was not signed for just this screen, just now; no signed name leaves its folder."""

import datetime as dt
from contextlib import suppress
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import assume, example, given
from hypothesis import strategies as st

from signage.filenames import bad_path
from signage.messages import OPS, Command, Trusted, decode, encode
from signage.timefloor import ClockQuality
from signage.topics import SCREEN_ID
from signage.trust import (
    CLOCK_SKEW_S,
    COMMAND_S,
    MOST_ASSIGNMENT_BYTES,
    MOST_MEDIA_BYTES,
    Assigned,
    Assignment,
    AssignTarget,
    MediaTarget,
    PlaylistTarget,
    Target,
    TrustError,
    most_bytes,
    raised,
    read_assignment,
    read_target,
    sign_command,
    target_path,
    went_back,
    why_not_obeyed,
)

ISSUED = dt.datetime(2026, 6, 6, 7, 0, tzinfo=dt.timezone(dt.timedelta(hours=8)))
KEY, OTHER_KEY = (Ed25519PrivateKey.from_private_bytes(bytes([n]) * 32) for n in (1, 2))
KEYS = (KEY.public_key().public_bytes_raw(),)


def command(**fields: Any) -> Command:
    usual: dict[str, Any] = {
        "id": "0123456789abcdef" * 2, "screen": "sq-led1", "number": 7, "op": "volume", "args": {"percent": 40},
        "issued": ISSUED.isoformat(), "not_after": (ISSUED + dt.timedelta(seconds=60)).isoformat(), "by": "王小明",
    }  # fmt: skip
    return Command(**{**usual, **fields})


def after(seconds: float) -> dt.datetime:
    return ISSUED + dt.timedelta(seconds=seconds)


def refused(
    given: Command, *, screen: str = "sq-led1", last: int = 6, at: dt.datetime = ISSUED, keys: Any = KEYS
) -> str:
    """The reason in English; empty: obeyed."""
    why = why_not_obeyed(given, screen=screen, last_number=last, at=at, keys=keys)
    assert why is None or why.zh
    return "" if why is None else why.en


# Commands


def test_a_command_that_is_signed_new_and_in_time_is_obeyed() -> None:
    assert refused(sign_command(command(), KEY)) == ""
    assert refused(sign_command(command(), KEY), at=after(60)) == ""


def test_a_clock_that_is_not_believed_cannot_call_a_command_early() -> None:
    early = after(-3600)
    assert "in the future" in refused(sign_command(command(), KEY), at=early)
    signed = sign_command(command(), KEY)
    asked = {"screen": "sq-led1", "last_number": 6, "at": early, "keys": KEYS}
    assert why_not_obeyed(signed, clock="unsynced", **asked) is None  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("at_s", "clock", "least_s", "age_s", "late"),
    [
        (61, "ntp", None, None, True),
        (61, "rtc", -900, None, True),
        (10**9, "unsynced", -900, None, False),
        (-900, "unsynced", 61, None, True),
        (10**9, "ntp", 10**9, 60, False),
        (10**9, "ntp", 10**9, 61, True),
        (0, "ntp", None, 10**6, False),
        (61, "ntp", None, 10**6, True),
    ],
)
def test_a_command_is_late_by_what_is_known_for_certain_and_not_if_it_answers(
    at_s: float, clock: ClockQuality, least_s: float | None, age_s: float | None, late: bool
) -> None:
    """Of a command that is valid for a minute."""
    least = None if least_s is None else after(least_s)
    given = sign_command(command(), KEY)
    why = why_not_obeyed(
        given, screen="sq-led1", last_number=6, keys=KEYS, at=after(at_s), clock=clock, least=least, age_s=age_s
    )
    assert (why is not None and "too late" in why.en) == late


def test_a_command_without_an_answer_is_signed_as_it_always_was() -> None:
    assert b"answers" not in encode(sign_command(command(), KEY))
    assert refused(sign_command(command(answers="0" * 16), KEY)) == ""


def test_a_signature_survives_the_wire() -> None:
    sent = encode(sign_command(command(args={"b": 1, "a": "你好", "c": None, "d": 0.5}), KEY))
    assert refused(decode(sent, Command, 8 * 1024)) == ""


CHANGES: dict[str, st.SearchStrategy[Any]] = {
    "id": st.from_regex(r"[0-9a-f]{32}", fullmatch=True),
    "screen": st.from_regex(SCREEN_ID, fullmatch=True),
    "number": st.integers(1, 2**53),
    "op": st.sampled_from(OPS),
    "args": st.dictionaries(st.text(max_size=9), st.integers(-(2**53), 2**53) | st.text(max_size=9) | st.booleans()),
    "issued": st.datetimes(timezones=st.just(dt.UTC)).map(dt.datetime.isoformat),
    "not_after": st.datetimes(timezones=st.just(dt.UTC)).map(dt.datetime.isoformat),
    "by": st.text(max_size=20),
    "answers": st.from_regex(r"[0-9a-f]{16}", fullmatch=True),
    "signature": st.from_regex(r"[0-9a-f]{128}", fullmatch=True),
}


def test_every_field_of_a_command_is_changed_in_turn() -> None:
    assert set(CHANGES) | {"v"} == {field.name for field in msgspec.structs.fields(Command)}


@given(st.data(), st.sampled_from(sorted(CHANGES)))
def test_a_command_with_any_field_changed_is_refused(data: st.DataObject, field: str) -> None:
    signed = sign_command(command(), KEY)
    changed = msgspec.structs.replace(signed, **{field: data.draw(CHANGES[field])})
    assume(changed != signed)
    assert refused(changed)
    # Not only because it is late, or another screen's: the signature itself does not hold.
    assert "signature" in refused(changed, screen=changed.screen, last=0)


@given(st.integers(0, 511))
def test_a_signature_with_one_bit_flipped_is_refused(bit: int) -> None:
    signed = sign_command(command(), KEY)
    raw = bytearray.fromhex(signed.signature)
    raw[bit // 8] ^= 1 << bit % 8
    assert "signature" in refused(msgspec.structs.replace(signed, signature=raw.hex()))


def test_a_command_without_a_signature_or_of_another_key_is_refused() -> None:
    assert "signature" in refused(command())
    assert "signature" in refused(sign_command(command(), OTHER_KEY))
    assert "signature" in refused(sign_command(command(), KEY), keys=())
    assert "signature" in refused(sign_command(command(), KEY), keys=(b"", b"short", bytes(32)))


def test_any_key_of_the_role_will_do() -> None:
    keys = (bytes(32), OTHER_KEY.public_key().public_bytes_raw(), *KEYS)
    assert refused(sign_command(command(), KEY), keys=keys) == ""


def test_another_screens_command_is_refused_although_it_is_signed() -> None:
    assert "another screen" in refused(sign_command(command(screen="sq-led2"), KEY))


@given(st.integers(1, 2**53), st.integers(0, 2**53))
@example(7, 7)
def test_a_number_that_was_reached_is_not_taken_again(number: int, last: int) -> None:
    why = refused(sign_command(command(number=number), KEY), last=last)
    assert bool(why) == (number <= last)


@given(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6))
@example(0, COMMAND_S)
@example(0, -1)
def test_a_command_is_obeyed_only_between_its_times(now_s: float, valid_s: float) -> None:
    signed = sign_command(command(not_after=after(valid_s).isoformat()), KEY)
    at = after(now_s)
    why = refused(signed, at=at)
    if not why:
        assert at <= after(valid_s)
        assert valid_s <= COMMAND_S + 1e-6
        assert now_s >= -CLOCK_SKEW_S - 1e-6
    else:
        assert at > after(valid_s) or valid_s > COMMAND_S - 1e-6 or now_s < -CLOCK_SKEW_S + 1e-6


@pytest.mark.parametrize("at", [dt.datetime(1970, 1, 1, tzinfo=dt.UTC), dt.datetime(9999, 12, 31, tzinfo=dt.UTC)])
def test_a_clock_that_is_far_off_obeys_nothing(at: dt.datetime) -> None:
    assert refused(sign_command(command(), KEY), at=at)


@pytest.mark.parametrize("field", ["issued", "not_after"])
@pytest.mark.parametrize(
    "text", ["", "soon", "2026-06-06T07:00:00", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59"]
)
def test_a_time_that_is_none_or_absurd_is_refused_even_when_signed(field: str, text: str) -> None:
    assert refused(sign_command(command(**{field: text}), KEY))


# Names


names = st.from_regex(r"[a-z0-9\u4e00-\u4e10][a-z0-9\u4e00-\u4e10 _-]{0,20}[a-z0-9]", fullmatch=True)
numbers = st.integers(1, 999_999_999)
targets: st.SearchStrategy[Target] = (
    st.builds(PlaylistTarget, numbers, names)
    | st.builds(MediaTarget, numbers, st.lists(names, min_size=1, max_size=3).map("/".join))
    | st.builds(AssignTarget, st.from_regex(SCREEN_ID, fullmatch=True))
)
hostile = st.lists(
    st.sampled_from([
        "publication", "/", "..", ".", "1", "playlists", "media", "assign", ".json", ".toml", "\\", "\0", "\n", "con",
        "C:", "~", "a.png", "\u2028", "\udc80", " ", "%2e%2e", "﹒", "\uff0f",
    ])
).map("".join)  # fmt: skip


@given(targets)
def test_a_path_is_read_as_it_was_written(target: Target) -> None:
    assume(bad_path(target.name if not isinstance(target, AssignTarget) else "x") is None)
    assert read_target(target_path(target)) == target
    assert most_bytes(target) > 0


@given(hostile | st.text(max_size=60) | st.builds("publication/1/media/{}".format, hostile))
def test_what_is_read_stays_in_its_place(path: str) -> None:
    try:
        target = read_target(path)
    except TrustError:
        return
    assert target_path(target) == path
    assert not set(path.split("/")) & {"..", ".", ""}
    assert not set("\\\0\n") & set(path)


@pytest.mark.parametrize(
    "path",
    [
        "", "/etc/passwd", "../../x", "publication/1/media/../../x", "publication/1/media//x", "publication/1/media/",
        "publication/1/media/a/../b", "publication/1/media/./a", "publication/1/media/CON.png",
        "publication/1/media/nul", "publication/1/media/a\\b", "publication/1/media/c:x",
        "publication/1/media/.hidden", "publication/1/media/a\nb",
        "publication/1/media/com1.txt", "publication/1/media/a ", "publication/1/media/a.", "publication/0/media/a",
        "publication/01/media/a", "publication/-1/media/a", "publication/1/playlists/a/b.toml",
        "publication/1/playlists/a", "publication/1/playlists/.toml", "publication/1/fonts/a",
        "publication/9999999999/media/a", "assign/SQ.json", "assign/sq-led1.json/x", "assign/../sq-led1.json",
        "assign/sq-led1.json\n", "publication/١/media/a", "publication/1/media/" + "字" * 200,
        "publication/1/media/" + "/".join(["a"] * 300), "publication/1/media/\udcff",
    ],
)  # fmt: skip
def test_a_path_that_leaves_its_place_or_no_system_knows_is_refused(path: str) -> None:
    with pytest.raises(TrustError) as caught:
        read_target(path)
    caught.value.words.zh.encode()
    caught.value.words.en.encode()


def test_a_medium_may_be_large_and_an_assignment_may_not() -> None:
    assert most_bytes(MediaTarget(1, "a")) == MOST_MEDIA_BYTES
    assert most_bytes(AssignTarget("sq-led1")) == MOST_ASSIGNMENT_BYTES


# Assignments


def test_an_assignment_is_read() -> None:
    wanted = Assignment(screen="sq-led1", shows=(Assigned(publication=12, playlists=("morning",)),))
    assert read_assignment(msgspec.json.encode(wanted), "sq-led1") == wanted


@given(st.binary(max_size=200))
def test_any_bytes_are_an_assignment_or_refused(text: bytes) -> None:
    with suppress(TrustError):
        assert read_assignment(text, "sq-led1").screen == "sq-led1"


@pytest.mark.parametrize(
    "text",
    [
        b'{"screen":"sq-led2"}', b'{"screen":"sq-led1","v":2}',
        b'{"screen":"sq-led1","shows":[{"publication":0,"playlists":[]}]}',
        b'{"screen":"sq-led1","shows":' + b"[" * 100_000,
        b'{"screen":"sq-led1","x":"' + b"a" * MOST_ASSIGNMENT_BYTES + b'"}',
        msgspec.json.encode({"screen": "sq-led1", "shows": [{"publication": 1, "playlists": []}] * 201}),
    ],
)  # fmt: skip
def test_an_assignment_that_is_wrong_too_large_or_anothers_is_refused(text: bytes) -> None:
    with pytest.raises(TrustError):
        read_assignment(text, "sq-led1")


# Versions


versions = st.builds(
    Trusted, **{role: st.integers(0, 9) for role in ("root", "timestamp", "snapshot", "targets", "assign")}
)


@given(versions, versions)
def test_no_role_ever_goes_back(floor: Trusted, now: Trusted) -> None:
    back = went_back(floor, now)
    assert bool(back) == (raised(floor, now) != now)
    assert all(getattr(now, role) < getattr(floor, role) for role in back)
    assert went_back(raised(floor, now), raised(now, floor)) == ()
    assert went_back(floor, raised(floor, now)) == ()
