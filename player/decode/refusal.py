"""Why a file is not shown, in words for the person who put it there."""

from signage.disk_faults import in_chinese
from signage.errors import Words, WuzhaError


class Refused(WuzhaError):
    """A file cannot be shown; carries the words to say so."""

    def __init__(self, why: Words) -> None:
        super().__init__(why.en)
        self.why = why


def _no(zh: str, en: str) -> Refused:
    return Refused(Words(zh, en))


def missing() -> Refused:
    return _no("文件已不在，请重新复制。", "The file is gone; copy it again.")


def unreadable(fault: OSError) -> Refused:
    why = fault.strerror or type(fault).__name__
    return _no(
        f"文件读不出来（{in_chinese(fault)}），请检查权限和磁盘，再重新复制。",
        f"The file cannot be read ({why}); check its permissions and the disk, then copy it again.",
    )


def no_answer() -> Refused:
    """The disk or share says nothing."""
    return Refused(NO_ANSWER)


def badly_named() -> Refused:
    return _no("文件名不是 UTF-8，请改一个名字。", "The file's name is not UTF-8; rename it.")


def no_file() -> Refused:
    return _no(
        "这不是普通文件，请放入图片、视频或音频文件。",
        "This is not an ordinary file; put a picture, video or sound file here.",
    )


def link_loop() -> Refused:
    return _no(
        "这里是一个链接，不会跟随它打开，请放入文件本身。",
        "A link stands where the file should be, and it is not followed; put the file itself here.",
    )


def empty() -> Refused:
    return _no("文件是空的（0 字节），请重新复制。", "The file is empty (0 bytes); copy it again.")


def unknown() -> Refused:
    return _no(
        "认不出这是什么文件。请另存为 JPEG、PNG、MP4 或 MP3 再放入。",
        "This is no kind of file that can be shown; save it as JPEG, PNG, MP4 or MP3.",
    )


def foreign(zh: str, en: str, cure_zh: str, cure_en: str) -> Refused:
    return _no(f"这是{zh}，不能播放。{cure_zh}", f"This is {en}, which cannot be shown. {cure_en}")


def incomplete() -> Refused:
    return _no("文件不完整（没有复制完或已损坏），请重新复制。", "The file is incomplete or damaged; copy it again.")


def ends_early(promised_s: float, found_s: float) -> Refused:
    return _no(
        f"文件不完整：应有 {promised_s:.1f} 秒，只有 {found_s:.1f} 秒，请重新复制。",
        f"The file is incomplete: {promised_s:.1f} s are promised, {found_s:.1f} s are there; copy it again.",
    )


def damaged(reason: str) -> Refused:
    return _no(
        f"文件已损坏，无法完整解码（{reason}），请重新复制或重新导出。",
        f"The file is damaged and cannot be decoded whole ({reason}); copy or export it again.",
    )


def too_many_pixels(width: int, height: int, most: int) -> Refused:
    return _no(
        f"画面太大：{width}×{height}，最多 {most / 1e6:.0f} 百万像素，请缩小后再放入。",
        f"The picture is too large: {width} x {height}; at most {most / 1e6:.0f} million pixels. Make it smaller.",
    )


def too_many_bytes(size: int, most: int) -> Refused:
    return _no(
        f"文件太大：{size / 2**30:.0f} GiB，最多 {most >> 30} GiB，请重新导出或分成几个文件。",
        f"The file is too large: {size / 2**30:.0f} GiB; at most {most >> 30} GiB. Export it again or split it.",
    )


def hollow(size: int, held: int) -> Refused:
    return _no(
        f"文件大部分是空洞：名义上 {size >> 20} MiB，磁盘上只有 {held >> 20} MiB，没有复制完，请重新复制。",
        f"The file is mostly holes: {size >> 20} MiB by its size, {held >> 20} MiB on the disk; copy it again.",
    )


def changed() -> Refused:
    return Refused(CHANGED)


def not_handed_over() -> Refused:
    return Refused(NOT_HANDED_OVER)


def too_long(duration_s: float, most_s: float) -> Refused:
    return _no(
        f"时间太长：{duration_s / 60:.0f} 分钟，最多 {most_s / 60:.0f} 分钟，请剪短或分成几个文件。",
        f"It is too long: {duration_s / 60:.0f} minutes; at most {most_s / 60:.0f}. Cut it or split it.",
    )


def too_many_frames(most: int) -> Refused:
    return _no(
        f"动画帧数太多，最多 {most} 帧，请改存为 MP4 视频。",
        f"The animation has more than {most} frames; save it as an MP4 video.",
    )


def too_much_memory() -> Refused:
    return _no(
        "解码它需要的内存太多，请缩小或重新导出。",
        "Decoding it takes too much memory; make it smaller or export it again.",
    )


def spends_worker(why: Words) -> bool:
    """Says whether a worker that refused so has to go: it has too little memory or too few descriptors left."""
    return why in (too_much_memory().why, NOT_HANDED_OVER)


def nothing_in_it() -> Refused:
    return _no("里面既没有画面也没有声音，请重新导出。", "There is neither picture nor sound in it; export it again.")


def codec(name: str) -> Refused:
    return _no(
        f"编码“{name}”不支持，请转成 H.264 的 MP4（音频用 AAC 或 MP3）。",
        f'The encoding "{name}" is not supported; convert it to H.264 in MP4 (sound: AAC or MP3).',
    )


def too_large_for_ring() -> Refused:
    return _no("画面比屏幕区域大，程序出错。", "The frame is larger than its zone; this is a fault of the player.")


HANGS = Words(
    "播放这个文件时解码程序没有响应；如果再次发生，请重新导出这个文件。",
    "The decoder hung on this file; if it happens again, export the file again.",
)
NO_ANSWER = Words(
    "文件所在的磁盘或共享没有响应，请检查磁盘、网线和网络存储；恢复后自动继续播放。",
    "The disk or share of the file does not answer; check the disk, the cable and the network storage. It plays"
    " again by itself when they are back.",
)
CRASHED = Words(
    "播放这个文件时解码程序意外退出；如果再次发生，请重新导出这个文件。",
    "The decoder ended while it played this file; if it happens again, export the file again.",
)
NO_WORKER = Words(
    "解码程序无法启动，请重启播放器或检查内存。",
    "The decoder cannot be started; restart the player or check its memory.",
)
CHANGED = Words(
    "文件的内容与检查时不同，没有继续播放；正在重新检查。",
    "The file's bytes are no longer those that were checked, so it is not shown; it is looked at again.",
)
NOT_HANDED_OVER = Words(
    "文件没有交到解码程序手里，请重启播放器或检查内存。",
    "The file could not be handed to the decoder; restart the player or check its memory.",
)
TOO_SLOW = Words(
    "检查这个文件用时太长，请剪短或重新导出。", "Checking this file takes too long; shorten it or export it again."
)
PASSING = (NO_WORKER, NOT_HANDED_OVER, NO_ANSWER)
"""What says nothing of a file that was to be checked: it is tried again."""
