"""`wuzha-office keys`: who may sign."""

import argparse
import datetime as dt

from office import audit
from office.commands.asking import ask_passphrase, ask_signers, me, only_holder
from office.commands.table import show
from office.commands.telling import tell_head
from office.enrolling import write_broker_files
from office.place import Place
from office.publishing.publish import remembered, sign_again
from office.trusting import setup
from office.trusting.keys import UnusableKeyError
from office.trusting.repository import standing
from office.trusting.root import holders, newest_root
from signage.errors import BadInput, Complaint, Words

ROOT_PERSON = "root"


def main(options: argparse.Namespace, place: Place) -> int:
    """Makes, lists, takes away keys, or has two people sign again."""
    at = dt.datetime.now(dt.UTC)
    match options.action:
        case "init":
            _init(options, place, at)
        case "sign":
            signers = ask_signers(
                place,
                options.author,
                options.approver,
                options.passphrase_file_author,
                options.passphrase_file_approver,
            )
            sign_again(place, signers, at)
            print("已由两人签名 · signed by two")
            tell_head(place)
        case "renew":
            setup.renew(place, _root(options, place), at)
            print("信任根已续期 · the root holds longer")
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
    setup.admit_person(place, options.person, options.role, passphrase, root=root, at=at)
    audit.note(me(), "key", {"person": options.person, "role": options.role}, at)
    print(f"{options.person} 可以签名了（{options.role}） · {options.person} may sign as {options.role}")


def _remove(options: argparse.Namespace, place: Place, at: dt.datetime) -> None:
    gone = setup.dismiss_person(place, options.remove, _root(options, place), at)
    audit.note(me(), "key", {"person": options.remove, "removed": [holder.role for holder in gone]}, at)
    print(f"已收回 {options.remove} 的签名权 · {options.remove} may sign no more")
    if standing(place).targets is not None:
        print("请马上由两个人重新签名，否则屏幕不接受新内容：wuzha-office keys sign\n"
              "have two people sign again now, or screens take nothing new: wuzha-office keys sign")  # fmt: skip


def _list(place: Place) -> None:
    root = newest_root(place).signed
    show(("姓名 name", "职责 role", "公钥 key"), ((h.person, h.role, h.public[:16]) for h in holders(root)))
    print(f"信任根 root v{root.version}，有效到 valid until {root.expires:%Y-%m-%d}")
    now = remembered(place)
    for name in ("targets", "assign", "snapshot", "timestamp"):
        part = getattr(now, name)
        if part is not None:
            print(f"{name} v{part.signed.version} → {part.signed.expires:%Y-%m-%d}")
    broken = audit.first_break()
    if broken is None:
        print("操作记录完整 · the audit log holds")
    else:
        print(f"▲ 操作记录第 {broken} 条不对 · entry {broken} of the audit log was changed or is missing")


def _root(options: argparse.Namespace, place: Place) -> tuple[str, str]:
    person = options.root or only_holder(place, "root")
    if not (place.keys / f"{person}.root.pem").exists():
        raise UnusableKeyError(f"需要根密钥：把 {person}.root.pem 放回 {place.keys}\n"
                               f"the root key is needed: put {person}.root.pem back into {place.keys}")  # fmt: skip
    return person, ask_passphrase(f"{person}（root）", options.root_passphrase_file)
