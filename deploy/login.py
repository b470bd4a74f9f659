"""Gives a person a login at the office's console, or a new password.

Run as the office's user: `runuser -u wuzha-office -- .venv/bin/python deploy/login.py NAME` in /opt/wuzha.
"""

import getpass
import sys
from collections.abc import Sequence
from pathlib import Path

from office.place import Place
from office.settings import open_office
from signage.command_line import CommandParser
from signage.errors import WuzhaError

LEAST = 12


def main(arguments: Sequence[str] | None = None) -> int:
    """Does what is asked for; gives 0 done, 1 fault, 2 bad input."""
    parser = CommandParser(description="控制台登录名 · a login at the console")
    parser.add_argument("name", help="登录名 · the name")
    parser.add_argument("--home", type=Path, default=Path("/var/lib/wuzha-office"), help="管理端的文件夹 · its folder")
    parser.add_argument("--remove", action="store_true", help="收回这个登录名 · take it away")
    options = parser.parse_args(arguments)
    try:
        open_office(Place(options.home))
        if options.remove:
            return remove(options.name)
        password = asked()
    except WuzhaError as fault:
        print(fault, file=sys.stderr)
        return 1
    except (EOFError, KeyboardInterrupt):
        print("\n没有输入密码，什么都没改 · no password was typed, nothing is changed", file=sys.stderr)
        return 1
    if len(password) < LEAST:
        print(f"密码至少 {LEAST} 个字，两次要一样 · at least {LEAST} characters, twice the same", file=sys.stderr)
        return 2
    give(options.name, password)
    print(f"{options.name} 可以登录了 · may log in")
    return 0


def asked() -> str:
    """Gives the password that was typed twice; "" when the two differ."""
    first = getpass.getpass("新密码 · new password: ")
    return first if getpass.getpass("再输一遍 · once more: ") == first else ""


def give(name: str, password: str) -> None:
    """Makes the login or changes its password; whoever came in with the old one is out."""
    from django.contrib.auth import get_user_model  # noqa: PLC0415 - Django is set up by `open_office`

    user, _ = get_user_model().objects.get_or_create(username=name)
    user.is_active = True
    user.set_password(password)
    user.save()


def remove(name: str) -> int:
    """Takes the login away; gives 0, or 2 when there is none."""
    from django.contrib.auth import get_user_model  # noqa: PLC0415

    gone = get_user_model().objects.filter(username=name).update(is_active=False)
    print(f"{name} 不能再登录 · may no longer log in" if gone else f"没有 {name} · there is no {name}")
    return 0 if gone else 2


if __name__ == "__main__":
    sys.exit(main())
