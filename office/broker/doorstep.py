"""Reads the beginning of a connection before the embedded broker does.

amqtt reads a CONNECT of MQTT 5 as if it were 3.1.1, and waits for bytes that never come; and it believes any length.
Here the level is answered as MQTT says, and what is no CONNECT of a fair size is sent away.
"""

import asyncio
from collections.abc import Callable

from amqtt.adapters import StreamReaderAdapter

LEVEL = 4
"""MQTT 3.1.1."""
WAIT_S = 10.0
MOST_CONNECT_BYTES = 4096
MOST_PACKET_BYTES = 256 * 1024
"""As the other brokers have it; amqtt would keep 256 MiB of a connection in memory."""
CONNECT = 0x10
REFUSALS: dict[int, bytes] = {5: bytes([0x20, 3, 0, 0x84, 0])}
"""CONNACK for a level that is not spoken, as that level has it; older ones in the words of 3.1.1."""
OLD_REFUSAL = bytes([0x20, 2, 0, 1])


class Again(StreamReaderAdapter):
    """A reader that gives once more what was read of it, and nothing of a packet that is too large."""

    def __init__(self, read: bytes, reader: asyncio.StreamReader) -> None:
        super().__init__(reader)
        self._read = read
        self._is_over = False

    async def read(self, n: int = -1) -> bytes:
        """Gives `n` bytes, first those that were read before.

        Raises ConnectionResetError for more than a packet has, and from then on: so amqtt hangs up.
        """
        self._is_over = self._is_over or n > MOST_PACKET_BYTES
        if self._is_over:
            raise ConnectionResetError
        if not self._read:
            return bytes(await super().read(n))
        if n < 0:
            found, self._read = self._read, b""
            return found + bytes(await super().read(n))
        found, self._read = self._read[:n], self._read[n:]
        return found if len(found) == n else found + bytes(await super().read(n - len(found)))


async def greeted(
    reader: asyncio.StreamReader, answer: Callable[[bytes], None], *, wait_s: float = WAIT_S
) -> Again | None:
    """Returns the connection's reader, or None for one that is to be closed; `answer` sends the refusal, if any.

    The whole CONNECT has to be here in `wait_s`, however it comes.
    """
    try:
        async with asyncio.timeout(wait_s):
            read, length = await _fixed_header(reader)
            if read[0] != CONNECT or not 10 <= length <= MOST_CONNECT_BYTES:
                return None
            read += await reader.readexactly(length)
    except (TimeoutError, OSError, asyncio.IncompleteReadError, ValueError):
        return None
    name = 2 + int.from_bytes(read[-length:][:2], "big")
    level = read[-length:][name] if name < length else 0
    if level != LEVEL:
        answer(REFUSALS.get(level, OLD_REFUSAL))
        return None
    return Again(read, reader)


async def _fixed_header(reader: asyncio.StreamReader) -> tuple[bytes, int]:
    """Gives the first bytes of a packet, and how many follow. Raises ValueError for a length that is none."""
    read, length = await reader.readexactly(1), 0
    for place in range(4):
        more = await reader.readexactly(1)
        read += more
        length |= (more[0] & 0x7F) << (7 * place)
        if more[0] < 0x80:
            return read, length
    raise ValueError("the length has no end")
