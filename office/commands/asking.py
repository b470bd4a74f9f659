"""What the commands ask a person: who signs, with which passphrase. Secrets come from files or a terminal only."""

import datetime as dt
import getpass
import sys
from pathlib import Path

from office.place import Place
from office.publishing.publish import Signers, open_signers
from office.publishing.signing_clock import FLAG, clock_doubt
from office.trusting.keys import UnusableKeyError
from office.trusting.root import holders, newest_root
from signage.disk_faults import in_chinese
from signage.errors import BadInput, Complaint, Words

MOST_PASSPHRASE = 1024


def me() -> str:
    """Gives the name of who sits at this machine, for the record."""
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        return "?"


def ask_passphrase(whose: str, file: Path | None, *, new: bool = False) -> str:
    """Gives a passphrase from a file or, asked for, from the terminal; a new one twice. Raises UnusableKeyError."""
    if file is not None:
        try:
            with file.open(encoding="utf-8") as opened:
                return opened.read(MOST_PASSPHRASE).rstrip("\r\n")
        except (OSError, UnicodeDecodeError) as error:
            english = f"{file} cannot be read: {error}"
            raise UnusableKeyError(f"读不出 {file}：{in_chinese(error)}\n{english}") from error
    if not sys.stdin.isatty():
        raise UnusableKeyError(
            f"没有终端可以输入 {whose} 的口令，请用 --passphrase-file…\n"
            f"there is no terminal to ask for {whose}'s passphrase: use --passphrase-file…"
        )
    try:
        given = getpass.getpass(f"{whose} 的口令 · {whose}'s passphrase: ")
        if new and getpass.getpass("再输一次 · once more: ") != given:
            raise UnusableKeyError("两次不一样\nthe two differ")
    except EOFError as error:
        raise UnusableKeyError(f"没有输入 {whose} 的口令\n{whose}'s passphrase was not typed") from error
    return given


def ask_sure(where: str, what: Words, *, yes: bool, flag: str = "--yes") -> None:
    """Says what would happen and goes on only when somebody means it. Raises BadInput, and nothing was done.

    `yes` is the answer that the command line gave by `flag`, for scripts.
    """
    if yes:
        return
    refused = Complaint(
        where, what, Words(f"没有改动。真要这样，加上 {flag}", f"nothing was changed; if you mean it, add {flag}")
    )
    if not sys.stdin.isatty():
        raise BadInput((refused,))
    print(f"▲ {what.zh}。\n  {what.en}.", file=sys.stderr)
    try:
        answer = input("真要这样，输入 yes · type yes if you mean it: ")
    except EOFError:
        answer = ""
    if answer.strip().lower() not in ("yes", "y", "是"):
        raise BadInput((refused,))


def signing_time(place: Place, *, is_right: bool) -> dt.datetime:
    """Returns the time to sign by: the clock's. Raises BadInput when it is hardly right and nobody vouches for it.

    `is_right` is what the command line says of it.
    """
    at = dt.datetime.now(dt.UTC)
    words = clock_doubt(place, at)
    if words is not None:
        ask_sure("时钟 clock", words, yes=is_right, flag=FLAG)
    return at


def ask_signers(
    place: Place, author: str | None, approver: str | None, file_author: Path | None, file_approver: Path | None
) -> Signers:
    """Gives both signers, each asked for their passphrase. Raises UnusableKeyError."""
    author = author or only_holder(place, "author")
    approver = approver or only_holder(place, "approver")
    if author == approver:
        raise UnusableKeyError("编制人和审核人必须是两个人\nauthor and approver must be two people")
    first = ask_passphrase(f"{author}（编制 author）", file_author)
    second = ask_passphrase(f"{approver}（审核 approver）", file_approver)
    return open_signers(place, (author, first), (approver, second))


def only_holder(place: Place, role: str) -> str:
    """Gives who holds the one key of a role. Raises UnusableKeyError when there are none or several."""
    names = [holder.person for holder in holders(newest_root(place).signed) if holder.role == role]
    if len(names) == 1:
        return names[0]
    if not names:
        raise UnusableKeyError(
            f"还没有 {role}：wuzha-office keys --person 名字 --role {role}\n"
            f"there is no {role} yet: wuzha-office keys --person NAME --role {role}"
        )
    raise UnusableKeyError(
        f"{role} 有几个人：{' '.join(names)}，请写明\nseveral people are {role}: {' '.join(names)}; name one"
    )
