"""`wuzha-office enroll`: what a new screen needs, and its rights at the broker."""

import argparse
import sys
from urllib.parse import urlsplit

import msgspec

from office.commands.asking import ask_sure, me, signing_time
from office.commands.telling import tell_head, tell_kept
from office.console.wording import KINDS
from office.enrolling import Enrolled, Enrolment, enroll, from_config, new_names, revoke, write_broker_files
from office.place import Place
from office.publishing.publish import unsigned_words
from signage.cards import BUILT_IN
from signage.errors import BadInput, Complaint, Words
from signage.mending import written, written_key
from signage.outlook import entered
from signage.printable import printable
from signage.site_variables import MOST_VALUE, MOST_VARIABLE, is_variable

_SAYS = {
    "new": Words("已登记，密码是新的", "is enrolled with a new password"),
    "kept": Words("的资料已记下，密码没有变", "is entered as said, and its password is the same"),
    "elsewhere": Words("的资料已记下，密码没有变", "is entered as said, and its password is the same"),
}
MOST_NEAR = 4
MOST_NAMED = 10
HERE = ("127.0.0.1", "localhost", "::1")


def main(options: argparse.Namespace, place: Place) -> int:
    """Enrols, enrols again, or revokes."""
    told = _told(options)
    at = signing_time(place, is_right=options.clock_is_right)
    write_broker_files(place)  # the settings may say another prefix or user by now
    if options.revoke:
        changed = revoke(place, told.screen, me(), at) is not None
        print(f"{told.screen} 已注销 · {told.screen} has no rights any more")
    else:
        _ask_about_names(told, sure=options.new_names)
        done = enroll(place, told, options.out, me(), at, new_password=options.new_password)
        changed = done.head is not None
        shows = "、".join(str(n) for n in done.publications) or "—"
        print(f"{done.screen} {_SAYS[done.password].zh}；会显示发布 {shows}\n"
              f"{done.screen} {_SAYS[done.password].en}; it shows {shows}")  # fmt: skip
        _tell_folder(done)
        _tell_where_words_are_entered(options, done.screen)
        _warn_of_loopback(place)
    if options.revoke or done.password == "new":
        print("让消息服务器重新读密码 · let the broker read its passwords again: systemctl reload mosquitto")
    if changed:
        tell_head(place)
    if not options.revoke:
        _tell_unsigned(place)
    asked_for_files = options.out is None and told == Enrolment(screen=told.screen)
    return 1 if not options.revoke and asked_for_files and done.folder is None else 0


def _tell_folder(done: Enrolled) -> None:
    """Says where the files are and what to do with them, or that there are none and how to get them."""
    again = f"wuzha-office enroll {done.screen} --new-password"
    if done.folder is None:
        print(f"没有写文件：密码只在播放机上，管理端不存；播放机不用动。登记文件夹丢了，就发新密码（旧的马上作废）：{again}\n"
              f"no files were written: only the player has the password, and it needs nothing. If its folder is lost, "
              f"make a new password, which ends the old one: {again}")  # fmt: skip
    elif done.password == "elsewhere":
        print(f"▲ {done.folder} 里没有 password：管理端不存密码。把这些文件复制到播放机原来的登记文件夹里，"
              f"那里的 password 留着；它丢了，就发新密码（旧的马上作废）：{again}\n"
              f"  {done.folder} holds no password, for the office does not keep it: copy its files into the player's "
              f"enrolment and leave the password there; if it is lost, make a new one: {again}")  # fmt: skip
    else:
        print(f"文件在 {done.folder}（含密码，不要发在群里） · its files are in {done.folder} (a password among them)\n"
              f"播放机上 · on the player: wuzha-player run --enrolment {done.folder.name}")  # fmt: skip


def _ask_about_names(told: Enrolment, *, sure: bool) -> None:
    """Names what would be entered for the first time, and asks where a known one may be meant."""
    new = new_names(told, KINDS)
    for (what, name), near in new.items():
        if near:
            known = "、".join(map(printable, near[:MOST_NEAR]))
            words = Words(
                f"{what} {printable(name)} 没有登记过，是不是 {known}？照写就新建一个，收不到发往后者的内容",
                f"{what} {printable(name)} is new; did you mean {known}? A new one misses what is aimed at that",
            )
            ask_sure(f"enroll --{what} {printable(name)}", words, yes=sure, flag="--new-names")
    for what, name in new:
        print(f"新建 {what}：{printable(name)} · a new {what}")


def _tell_where_words_are_entered(options: argparse.Namespace, screen: str) -> None:
    """What was entered reaches the screen when two people have signed it, or stands in its own configuration."""
    site = [f"{key} = {written(printable(value))}" for key in ("kind", "village") if (value := getattr(options, key))]
    words = [
        f"{written_key(name)} = {written(printable(value))}" for name, value in map(_variable, options.variable or ())
    ]
    lines = [*(["[site]", *site] if site else []), *(["[site.variables]", *words] if words else [])]
    if lines:
        print("▲ 这些两个人签名以后才到屏幕：随下一次用到它们的 push，"
              "或现在 wuzha-office keys sign（已发布的也换成新的）。\n"
              f"  it reaches {screen} once two people have signed: with the next push whose cards ask for it, or now "
              "with wuzha-office keys sign, which renews what is published.\n"
              "  不经管理端，也可以写进播放机的 kiosk_config.toml（签名发来的优先） · "
              "or enter it in the player's own file (what was signed goes first):")  # fmt: skip
        print("\n".join(f"      {line}" for line in lines))


def _tell_unsigned(place: Place) -> None:
    """Names what is on screens with other words than are entered now, such as for a screen that has just come."""
    found = unsigned_words(place)
    numbers = list(found.changed)
    if numbers:
        shown = "、".join(map(str, numbers[:MOST_NAMED])) + ("…" if len(numbers) > MOST_NAMED else "")
        print(f"▲ 发布 {shown} 里的字卡变量和现在登记的不同，两个人签名后换成新的：wuzha-office keys sign\n"
              f"  publication {shown} has former variables; wuzha-office keys sign renews them")  # fmt: skip
    tell_kept(found.kept)


def _warn_of_loopback(place: Place) -> None:
    settings = place.settings()
    here = [
        url for url in (settings.screens_broker or settings.broker, settings.http) if urlsplit(url).hostname in HERE
    ]
    if here:
        print(f"▲ {'、'.join(here)} 只有本机能连：屏幕在别的机器上时，先改 office.toml 再登记\n"
              f"  only this machine reaches {', '.join(here)}: for a screen elsewhere change office.toml, enrol again",
              file=sys.stderr)  # fmt: skip


def _told(options: argparse.Namespace) -> Enrolment:
    if options.config is None and options.screen is None:
        cure = Words(
            "写屏幕编号，或 --config kiosk_config.toml", "write the screen's id, or --config kiosk_config.toml"
        )
        raise BadInput((Complaint("enroll", Words("没有写哪块屏幕", "does not say which screen"), cure),))
    told = from_config(options.config) if options.config is not None else Enrolment(screen=options.screen)
    given = {
        "screen": options.screen,
        "title": options.title,
        "site": options.site,
        "kind": options.kind,
        "village": options.village,
        "tags": tuple(options.tag) if options.tag else None,
        "variables": dict(_variable(text) for text in options.variable) if options.variable else None,
    }
    return msgspec.structs.replace(told, **{key: value for key, value in given.items() if value is not None})


def _variable(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name.strip().isidentifier():
        cure = Words("写 名字=内容，例如 grid_phone=110", "write NAME=TEXT, such as grid_phone=110")
        raise BadInput((Complaint(f"--variable {text[:50]}", Words("看不懂", "cannot be read"), cure),))
    if name.strip() in BUILT_IN:
        cure = Words(f"用 {entered([name.strip()])}", f"use {entered([name.strip()])}")
        problem = Words("是每块屏幕都有的，不能这样写", "is what every screen has, and is not entered so")
        raise BadInput((Complaint(f"--variable {text[:50]}", problem, cure),))
    if not is_variable(name.strip()) or len(value) > MOST_VALUE or "\n" in value:
        problem = Words("名字或内容太长，或者不止一行", "its name or text is too long, or has more than one line")
        cure = Words(f"名字最多 {MOST_VARIABLE} 个字，内容最多 {MOST_VALUE} 个字",
                     f"a name has at most {MOST_VARIABLE} letters, a text {MOST_VALUE}")  # fmt: skip
        raise BadInput((Complaint(f"--variable {text[:50]}", problem, cure),))
    return name.strip(), value
