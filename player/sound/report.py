"""What the sound process says: one line of JSON each.

Rule: loads nothing but msgspec; device names come from a sound server and are cut and cleaned before people read them.
"""

import msgspec

MOST_LINE_BYTES = 4096
_MOST_TEXT = 200


class DeviceOpened(msgspec.Struct, frozen=True, tag="opened"):
    """A device is open, or another one has taken its place."""

    driver: str
    """SDL's name of the sound server or system: `pulseaudio`, `pipewire`, `alsa`, `wasapi`."""
    device: str = ""


class DeviceLost(msgspec.Struct, frozen=True, tag="lost"):
    """There is no device any more, or there was none; the process ends."""

    why: str


Report = DeviceOpened | DeviceLost
UNREADABLE = (msgspec.MsgspecError, ValueError)
_READ: msgspec.json.Decoder[Report] = msgspec.json.Decoder(Report)


def report_line(report: Report) -> bytes:
    """Returns a report as it is sent, cut so that it can be read."""
    changes = {name: value[:_MOST_TEXT] for name, value in msgspec.structs.asdict(report).items()}
    return msgspec.json.encode(msgspec.structs.replace(report, **changes)) + b"\n"


def parse_report(line: bytes) -> Report:
    """Reads a line; raises one of UNREADABLE for what is none."""
    return _READ.decode(line)
