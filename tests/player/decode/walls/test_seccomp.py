"""The filter, run by an interpreter of its own: every listed call is allowed, everything else refused."""

import errno
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from player.decode.walls.calls import ABSENT, ALLOWED, NEWEST_KNOWN, Condition, SystemCall
from player.decode.walls.seccomp import ARCHITECTURES, Architecture, program

PID = 4242
X86, ARM = ARCHITECTURES
ALLOW, KILL = "allow", "kill"
GETPID, OPENAT, CLONE = 39, 257, 56

either = pytest.mark.parametrize("kind", ARCHITECTURES, ids=lambda kind: kind.name)


def verdict(code: bytes, architecture: int, number: int, arguments: tuple[int, ...] = ()) -> str | int:
    """Runs a filter as the kernel does; returns allow, kill or the error."""
    data = struct.pack("=iIQ6Q", number, architecture, 0, *(*arguments, *[0] * (6 - len(arguments))))
    lines = [struct.unpack_from("=HBBI", code, at) for at in range(0, len(code), 8)]
    at = accumulator = 0
    while True:
        operation, if_true, if_false, value = lines[at]
        at += 1
        match operation:
            case 0x20:
                (accumulator,) = struct.unpack_from("=I", data, value)
            case 0x54:
                accumulator &= value
            case 0x15:
                at += if_true if accumulator == value else if_false
            case 0x25:
                at += if_true if accumulator > value else if_false
            case 0x06:
                if value == 0x7FFF_0000:
                    return ALLOW
                return KILL if value == 0x8000_0000 else value & 0xFFFF
            case _:
                raise AssertionError(f"unknown operation {operation:#x}")


def numbers(kind: Architecture) -> dict[int, SystemCall]:
    return {number: call for call in ALLOWED if (number := kind.number(call)) is not None}


def holds(condition: Condition | None, arguments: tuple[int, ...]) -> bool:
    if condition is None:
        return True
    wanted = [PID if value == -1 else value for value in condition.values]
    return arguments[condition.argument] & condition.mask in wanted


words = st.one_of(st.sampled_from([0, 1, 2, 4, 1 << 32, 1 << 63, PID, 0x3D0F00]), st.integers(0, 2**64 - 1))


@either
@given(number=st.one_of(st.integers(0, 600), st.integers(0, 2**31 - 1)), arguments=st.tuples(*[words] * 6))
def test_what_is_listed_is_allowed_and_everything_else_is_refused(kind, number, arguments):
    found = verdict(program(kind, PID), kind.audit, number, arguments)
    call = numbers(kind).get(number)
    if call is not None:
        assert found == (ALLOW if holds(call.when, arguments) else call.error)
    elif number in ABSENT[kind.name] or number > NEWEST_KNOWN:
        assert found == errno.ENOSYS
    else:
        assert found == errno.EPERM


@either
def test_every_listed_call_can_be_made_and_its_neighbours_cannot(kind):
    code = program(kind, PID)
    for number, call in numbers(kind).items():
        if call.when is None:
            assert verdict(code, kind.audit, number) == ALLOW, call.name
        for value in call.when.values if call.when is not None else ():
            arguments = [0] * 6
            arguments[call.when.argument] = PID if value == -1 else value
            assert verdict(code, kind.audit, number, tuple(arguments)) == ALLOW, call.name
    known = {n for n in range(NEWEST_KNOWN + 1) if verdict(code, kind.audit, n, (9,) * 6) not in (1, errno.ENOSYS)}
    assert known <= set(numbers(kind))


@either
def test_a_call_of_another_architecture_ends_the_worker(kind):
    code = program(kind, PID)
    others = {one.audit for one in ARCHITECTURES} - {kind.audit} | {0x4000_0003, 0x4000_0028, 0}
    assert {verdict(code, audit, number) for audit in others for number in (0, 1, GETPID)} == {KILL}


def test_a_call_of_the_x32_interface_does_not_exist():
    assert verdict(program(X86, PID), X86.audit, 0x4000_0000 | GETPID) == errno.ENOSYS


@pytest.mark.parametrize("flags", [0o1, 0o2, 0o100, 0o1000, 0o2000, 0o20200000, 0o2 | 1 << 40])
def test_files_are_opened_to_be_read_only(flags):
    code = program(X86, PID)
    assert verdict(code, X86.audit, OPENAT, (0, 0, flags)) == errno.EPERM
    assert verdict(code, X86.audit, OPENAT, (0, 0, 0o2204000)) == ALLOW


def test_no_flags_make_a_thread():
    assert verdict(program(X86, PID), X86.audit, CLONE, (0x3D0F00,)) == errno.EAGAIN


def test_every_call_says_what_it_is_for_and_stands_once():
    assert all(len(call.why) > 5 for call in ALLOWED)
    for kind in ARCHITECTURES:
        listed = [number for call in ALLOWED if (number := kind.number(call)) is not None]
        assert len(listed) == len(set(listed))
        assert not set(listed) & set(ABSENT[kind.name])


@either
def test_the_filter_is_short_enough_for_the_kernel_and_every_path_through_it_ends(kind):
    code = program(kind, PID)
    assert len(code) % 8 == 0
    assert len(code) // 8 <= 4096
    assert struct.unpack_from("=HBBI", code, len(code) - 8)[0] == 0x06
