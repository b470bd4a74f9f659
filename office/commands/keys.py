"""`wuzha-office keys`: who may sign."""

import argparse
import datetime as dt
from pathlib import Path

from office import audit
from office.commands.asking import ask_passphrase, ask_signers, ask_sure, me, only_holder, signing_time
from office.commands.table import show
from office.commands.telling import show_words, tell_head, tell_kept
from office.enrolling import write_broker_files
from office.place import ONLINE_PASSPHRASE, Place
from office.publishing.publish import Signers, WordsByScreen, remembered, sign_again, unsigned_words
from office.publishing.signing_clock import clock_doubt
from office.trusting import setup
from office.trusting.keys import UnusableKeyError, key_path, unreadable
from office.trusting.repository import is_believed
from office.trusting.root import holders, last_of, newest_root
from signage.errors import BadInput, Complaint, Words

ROOT_PERSON = "root"
_ROLES = {"author": Words("编制人", "author"), "approver": Words("审核人", "approver")}


def main(options: argparse.Namespace, place: Place) -> int:
    """Makes, lists, takes away keys, or has two people sign again."""
    asks_only = options.action == "list" or not (options.action or options.remove or options.person or options.role)
    at = dt.datetime.now(dt.UTC) if asks_only else signing_time(place, is_right=options.clock_is_right)
    match options.action:
        case "init":
            _init(options, place, at)
        case "sign":
            words = _tell_words(place)
            sign_again(place, _signers(options, place), at, words=words)
            print("已由两人签名 · signed by two")
            tell_head(place)
        case "renew":
            setup.renew(place, _root(options, place), at)
            print("信任根已续期 · the root holds longer")
        case "online":
            _replace_online(options, place, at)
        case None if options.remove:
            _remove(options, place, at)
        case None if options.person or options.role:
            _admit(options, place, at)
        case _:
            _list(place)
    return 0


def _init(options: argparse.Namespace, place: Place, at: dt.datetime) -> None:
    person = options.person or ROOT_PERSON
    file = options.passphrase_file or options.root_passphrase_file
    setup.begin_office(place, person, ask_passphrase(f"{person}（root）", file, new=True), at)
    write_broker_files(place)
    audit.note(me(), "key", {"person": person, "role": "root"}, at)
    print(f"管理端在 {place.home}；根密钥 {person} 平时请放在别处（复制走 {place.keys}/{person}.root.pem 后删掉）\n"
          f"the office is in {place.home}; keep {person}'s root key elsewhere: copy it away and delete it here\n"
          "下一步 · next: wuzha-office keys --person 名字 --role author，再加一个 approver")  # fmt: skip


def _admit(options: argparse.Namespace, place: Place, at: dt.datetime) -> None:
    if not options.person or not options.role:
        cure = Words("写 --person 名字 --role author", "write --person NAME --role author")
        raise BadInput(
            (Complaint("keys", Words("--person 和 --role 要一起写", "--person and --role go together"), cure),)
        )
    root = _root(options, place)
    passphrase = ask_passphrase(f"{options.person}（{options.role}）", options.passphrase_file, new=True)
    aside = setup.admit_person(place, options.person, options.role, passphrase, root=root, at=at)
    audit.note(me(), "key", {"person": options.person, "role": options.role}, at)
    print(f"{options.person} 可以签名了（{options.role}） · {options.person} may sign as {options.role}")
    _tell_aside(aside)
    _tell_doubted(place)


def _replace_online(options: argparse.Namespace, place: Place, at: dt.datetime) -> None:
    """Makes another online key by the root; with both signers at hand, has them sign for it at once."""
    root = _root(options, place)
    names = (options.author, options.approver, options.passphrase_file_author, options.passphrase_file_approver)
    words = _tell_words(place) if any(names) else None  # before anybody types a passphrase
    signers = _signers(options, place) if any(names) else None
    aside = setup.replace_online_key(place, root, at)
    audit.note(me(), "key", {"person": "office", "role": "online", "replaced": True}, at)
    opens = place.home / ONLINE_PASSPHRASE
    print(f"在线密钥已换，口令在 {opens}；屏幕不用动。请把口令另存一份，和根密钥的 U 盘放在一起\n"
          f"the online key was replaced, its passphrase is {opens}; screens need nothing. "
          f"Keep a copy of it beside the root key's stick")  # fmt: skip
    _tell_aside(aside)
    if place.online_passphrase != opens:
        print(f"▲ 服务用的还是旧口令：把 {opens} 移到 /etc/wuzha-office/，再重启 wuzha-office 和 wuzha-collect\n"
              f"  services were given the former one: move {opens} to /etc/wuzha-office/, restart them")  # fmt: skip
    if signers is not None:
        sign_again(place, signers, at, words=words)
        print("已由两人签名 · signed by two")
        tell_head(place)
    _tell_doubted(place)


def _tell_words(place: Place) -> dict[int, WordsByScreen]:
    """Says what cards will say otherwise, before anybody signs it, and returns that."""
    found = unsigned_words(place)
    for number, words in found.changed.items():
        if words:
            print(f"发布 {number} 的字卡变量有改动，签的是 · the variables of publication {number} changed; signed are")
            show_words(words)
        else:
            print(f"发布 {number} 以后不带字卡变量，屏幕用自己填的\n"
                  f"publication {number} has no variables any more; screens use their own")  # fmt: skip
    tell_kept(found.kept)
    return found.changed


def _signers(options: argparse.Namespace, place: Place) -> Signers:
    files = options.passphrase_file_author, options.passphrase_file_approver
    return ask_signers(place, options.author, options.approver, *files)


def _tell_aside(aside: Path | None) -> None:
    if aside is not None:
        print(f"旧密钥另存为 {aside.name}，不再起作用 · the former key lies aside as {aside.name} and signs nothing")


def _tell_doubted(place: Place) -> None:
    if not is_believed(place):
        print("▲ 请马上由两个人重新签名，否则屏幕不接受新内容和撤回：wuzha-office keys sign\n"
              "  have two people sign again now, or screens take nothing new: wuzha-office keys sign")  # fmt: skip


def _remove(options: argparse.Namespace, place: Place, at: dt.datetime) -> None:
    if roles := last_of(newest_root(place).signed, options.remove):
        ask_sure("keys --remove", _stops(options.remove, roles), yes=options.yes)
    gone = setup.dismiss_person(place, options.remove, _root(options, place), at)
    audit.note(me(), "key", {"person": options.remove, "removed": [holder.role for holder in gone]}, at)
    print(f"已收回 {options.remove} 的签名权 · {options.remove} may sign no more")
    _tell_doubted(place)


def _stops(person: str, roles: tuple[str, ...]) -> Words:
    zh, en = (" 和 ".join(_ROLES[role].zh for role in roles), " and ".join(_ROLES[role].en for role in roles))
    return Words(
        f"{person} 是唯一的{zh}：收回以后什么都不能发布，也不能撤回，直到用根密钥再加一个（keys --person 名字 --role "
        f"{roles[0]}）并由两个人 keys sign；屏幕照常播放",
        f"{person} is the only {en}: afterwards nothing can be published or withdrawn until the root key lets another "
        f"one in (keys --person NAME --role {roles[0]}) and two people run keys sign; screens go on playing",
    )


def _list(place: Place) -> None:
    root = newest_root(place).signed
    show(("姓名 name", "职责 role", "公钥 key"), ((h.person, h.role, h.public[:16]) for h in holders(root)))
    print(f"信任根 root v{root.version}，有效到 valid until {root.expires:%Y-%m-%d}")
    now = remembered(place)
    for name in ("targets", "assign", "snapshot", "timestamp"):
        part = getattr(now, name)
        if part is not None:
            print(f"{name} v{part.signed.version} → {part.signed.expires:%Y-%m-%d}")
    _tell_doubted(place)
    if (words := clock_doubt(place, dt.datetime.now(dt.UTC))) is not None:
        print(f"▲ {words.zh}。\n  {words.en}.")
    broken = audit.first_break()
    if broken is None:
        print("操作记录完整 · the audit log holds")
    else:
        print(f"▲ 操作记录第 {broken} 条不对 · entry {broken} of the audit log was changed or is missing")


def _root(options: argparse.Namespace, place: Place) -> tuple[str, str]:
    person = options.root or only_holder(place, "root")
    path = key_path(place, person, "root")
    try:
        is_there = path.stat() is not None
    except FileNotFoundError:
        is_there = False
    except OSError as error:
        raise unreadable(path, f"{person} 的 root 密钥", f"{person}'s root key", error) from error
    if not is_there:
        raise UnusableKeyError(f"需要根密钥：把 {person}.root.pem 放回 {place.keys}\n"
                               f"the root key is needed: put {person}.root.pem back into {place.keys}")  # fmt: skip
    return person, ask_passphrase(f"{person}（root）", options.root_passphrase_file)
