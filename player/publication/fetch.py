"""Fetches one signed file: what has come stays when the connection does not.

Rule: the signature says how many bytes there are and what their hash is; a byte more ends the download, and nothing
gets a name before the hash over the whole has been seen to hold. Media have to be on the disk before, too; a text need
not, for it is hashed again whenever it is read, and an emergency must not wait for a slow disk.
"""

import hashlib
import os
from collections.abc import Callable
from typing import BinaryIO, Protocol

from player.publication.depot import Depot
from player.publication.sources import CHUNK_BYTES, CannotResumeError, Opened, Source, SourceError
from signage.errors import ToldError, Words, WuzhaError
from signage.trust import MediaTarget, Wanted


class MismatchError(ToldError):
    """The source holds something else under this name than what was signed."""


class PutOffError(WuzhaError):
    """Something more urgent came; what has come of the file is kept."""


class Digest(Protocol):
    """A hash that is being worked out."""

    def update(self, chunk: bytes, /) -> None: ...
    def hexdigest(self) -> str: ...


def fetch(
    wanted: Wanted,
    source: Source,
    depot: Depot,
    *,
    put_off: Callable[[], bool] = lambda: False,
    came: Callable[[int], None] = lambda _: None,
) -> None:
    """Brings a file into the depot, going on where an earlier call stopped.

    `put_off` is asked between chunks, `came` is told how many bytes are here. Raises SourceError (try again later),
    MismatchError, PutOffError and OSError.
    """
    try:
        _download(wanted, source, depot, put_off=put_off, came=came)
    except (CannotResumeError, MismatchError):
        depot.drop_part(wanted.sha256)
        raise
    depot.admit(wanted.sha256, flushed=isinstance(wanted.target, MediaTarget))


def _download(
    wanted: Wanted, source: Source, depot: Depot, *, put_off: Callable[[], bool], came: Callable[[int], None]
) -> None:
    """Leaves the whole file as a part; the disk has it if it is a medium."""
    with depot.part(wanted.sha256).open("ab+") as file:
        digest = _so_far(file, wanted)
        came(file.tell())
        if file.tell() < wanted.size_bytes or file.tell() == 0:
            with source.content(wanted.sha256, file.tell(), depot.mark(wanted.sha256)) as opened:
                digest = _begun(file, digest, opened, wanted)
                depot.set_mark(wanted.sha256, opened.validator)
                _take(file, digest, opened, wanted, put_off=put_off, came=came)
        if digest.hexdigest() != wanted.sha256:
            raise MismatchError(
                Words(zh="下载的内容与签名不符", en="what was downloaded is not what was signed (SHA-256 differs)")
            )
        file.flush()
        if isinstance(wanted.target, MediaTarget):
            os.fsync(file.fileno())


def _so_far(file: BinaryIO, wanted: Wanted) -> Digest:
    """The hash of what has come; a part that is longer than the file is begun again."""
    digest = hashlib.sha256()
    if file.seek(0, os.SEEK_END) > wanted.size_bytes:
        file.truncate(0)
    file.seek(0)
    while chunk := file.read(CHUNK_BYTES):
        digest.update(chunk)
    return digest


def _begun(file: BinaryIO, digest: Digest, opened: Opened, wanted: Wanted) -> Digest:
    if opened.total is not None and opened.total != wanted.size_bytes:
        raise MismatchError(
            Words(
                zh=f"服务器上的文件有 {opened.total} 字节，签名说是 {wanted.size_bytes} 字节",
                en=f"the source's file has {opened.total} bytes, {wanted.size_bytes} were signed",
            )
        )
    if opened.start == file.tell():
        return digest
    # The server ignores ranges, or has another version of the file now: all of it again.
    file.truncate(0)
    file.seek(0)
    return hashlib.sha256()


def _take(
    file: BinaryIO,
    digest: Digest,
    opened: Opened,
    wanted: Wanted,
    *,
    put_off: Callable[[], bool],
    came: Callable[[int], None],
) -> None:
    here = file.tell()
    for chunk in opened.chunks:
        here += len(chunk)
        if here > wanted.size_bytes:
            raise MismatchError(
                Words(
                    zh=f"下载超过签名的大小 {wanted.size_bytes} 字节",
                    en=f"the source gives more than the {wanted.size_bytes} bytes that were signed",
                )
            )
        file.write(chunk)
        digest.update(chunk)
        came(here)
        if here < wanted.size_bytes and put_off():
            raise PutOffError("something more urgent came")
    if here < wanted.size_bytes:
        raise SourceError(Words(zh="下载中断", en="the file ended too early"))
