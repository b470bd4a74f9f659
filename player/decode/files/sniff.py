"""What a file is, by its first bytes and never by its name.

Rule: pure; it sees the first bytes of a file, and opens nothing.
"""

from dataclasses import dataclass
from typing import Literal

from player.decode import refusal

HEAD_BYTES = 4096

Family = Literal["picture", "clip"]


@dataclass(frozen=True, slots=True)
class Format:
    """Which decoder opens a file, and as what."""

    family: Family
    name: str
    """Pillow's name of a picture format, libavformat's of a container."""


_PICTURES: tuple[tuple[bytes, str], ...] = (
    (b"\xff\xd8\xff", "JPEG"),
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"GIF87a", "GIF"),
    (b"GIF89a", "GIF"),
    (b"II*\0", "TIFF"),
    (b"MM\0*", "TIFF"),
    (b"II+\0", "TIFF"),
    (b"MM\0+", "TIFF"),
)
_RIFFS = {b"WEBP": Format("picture", "WEBP"), b"AVI ": Format("clip", "avi"), b"WAVE": Format("clip", "wav")}
_CLIPS: tuple[tuple[bytes, str], ...] = (
    (b"\x1a\x45\xdf\xa3", "matroska"),
    (b"OggS", "ogg"),
    (b"fLaC", "flac"),
    (b"RF64", "wav"),
)
_MOV_ATOMS = (b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"pnot")
_HEIF_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1", b"avif", b"avis")

_EXPORT = ("请转成 H.264 的 MP4 再放入。", "Convert it to H.264 in MP4.")
_SAVE = ("请另存为 JPEG 或 PNG 再放入。", "Save it as JPEG or PNG.")
_FOREIGN: tuple[tuple[bytes, tuple[str, str, str, str]], ...] = (
    (b"#EXTM3U", ("播放列表", "a list of addresses", "请放入视频文件本身。", "Put the video itself here.")),
    (b"ffconcat", ("播放列表", "a list of files", "请放入视频文件本身。", "Put the video itself here.")),
    (b"<svg", ("SVG 矢量图", "an SVG drawing", *_SAVE)),
    (b"<?xml", ("XML 文本", "an XML text", *_SAVE)),
    (b"<!DOCTYPE", ("网页", "a web page", *_SAVE)),
    (b"<html", ("网页", "a web page", *_SAVE)),
    (b"%PDF", ("PDF 文档", "a PDF document", *_SAVE)),
    (b"%!PS", ("PostScript 文档", "a PostScript document", *_SAVE)),
    (b"8BPS", ("Photoshop 文件", "a Photoshop file", *_SAVE)),
    (
        b"PK\x03\x04",
        (
            "压缩包或 Office 文档",
            "an archive or an Office document",
            "请先解压或导出为图片。",
            "Unpack it or export it as pictures.",
        ),
    ),
    (b"Rar!", ("压缩包", "an archive", "请先解压。", "Unpack it first.")),
    (b"7z\xbc\xaf", ("压缩包", "an archive", "请先解压。", "Unpack it first.")),
    (b"\xd0\xcf\x11\xe0", ("旧版 Office 文档", "an old Office document", "请导出为图片。", "Export it as pictures.")),
    (b"MZ", ("Windows 程序", "a Windows program", "请删除它并查毒。", "Delete it and check for viruses.")),
    (b"\x7fELF", ("Linux 程序", "a Linux program", "请删除它并查毒。", "Delete it and check for viruses.")),
    (b"\x30\x26\xb2\x75", ("WMV/WMA 文件", "a WMV or WMA file", *_EXPORT)),
    (b"FLV\x01", ("FLV 视频", "an FLV video", *_EXPORT)),
    (b".RMF", ("RM/RMVB 视频", "a RealMedia video", *_EXPORT)),
)


def sniff(head: bytes) -> Format:
    """Gives what a file is from its first `HEAD_BYTES` bytes; raises Refused for all that is not on the list."""
    if not head:
        raise refusal.empty()
    for magic, name in _PICTURES:
        if head.startswith(magic):
            return Format("picture", name)
    if head.startswith(b"RIFF") and head[8:12] in _RIFFS:
        return _RIFFS[head[8:12]]
    for magic, name in _CLIPS:
        if head.startswith(magic):
            return Format("clip", name)
    if head[4:8] in _MOV_ATOMS:
        if head[4:8] == b"ftyp" and head[8:12] in _HEIF_BRANDS:
            raise refusal.foreign("HEIC/AVIF 图片", "a HEIC or AVIF picture", *_SAVE)
        return Format("clip", "mov")
    found = _bmp(head) or _transport_stream(head) or _mpeg_audio(head)
    if found is not None:
        return found
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    for magic, words in _FOREIGN:
        if text.startswith(magic):
            raise refusal.foreign(*words)
    raise refusal.unknown()


def _bmp(head: bytes) -> Format | None:
    if head[:2] != b"BM" or int.from_bytes(head[14:18], "little") not in (12, 16, 40, 52, 56, 64, 108, 124):
        return None
    return Format("picture", "BMP")


def _transport_stream(head: bytes) -> Format | None:
    for first, step in ((0, 188), (4, 192), (0, 204)):
        marks = head[first::step][:5]
        if len(marks) == 5 and marks == b"\x47" * 5:
            return Format("clip", "mpegts")
    return None


def _mpeg_audio(head: bytes) -> Format | None:
    if head.startswith(b"ID3"):
        # Whole albums' covers lie in the tag; libavformat skips it and checks what follows.
        return Format("clip", "aac" if b"ADTS" in head[10:64] else "mp3")
    if len(head) < 4 or head[0] != 0xFF or head[2] >> 4 == 0xF:
        return None
    if head[1] & 0xE6 == 0xE2 and head[1] & 0x18 != 0x08 and head[2] & 0x0C != 0x0C:
        return Format("clip", "mp3")
    if head[1] & 0xF6 == 0xF0:
        return Format("clip", "aac")
    return None
