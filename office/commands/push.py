"""`wuzha-office push`: checks a folder, says what would change, has two people sign, publishes, follows it."""

import argparse
import datetime as dt
import sys

from office.commands.asking import ask_signers, signing_time
from office.commands.following import follow, is_shown, show_lines, shown_ids
from office.commands.table import Progress
from office.commands.telling import show_words, tell_head
from office.console.wording import size
from office.place import Place
from office.publishing.aims import chosen
from office.publishing.changes import PushChanges, changes
from office.publishing.check import mistakes
from office.publishing.decoding import decoded
from office.publishing.folder import Draft, read_folder
from office.publishing.publish import publish, words_file
from signage.errors import BadInput, Words


def main(options: argparse.Namespace, place: Place) -> int:
    """0: every screen shows it, or nobody waited; 1: some do not yet, or refused it; 2: nothing was published."""
    draft = _read(options)
    aims = chosen(options.to)
    screens = {screen.id: screen for _, group in aims for screen in group}
    found = changes(draft, screens.values(), dt.datetime.now(dt.UTC))
    _show(draft, found)
    words_file(found.words)  # refuses what does not fit before anybody is asked to sign
    if options.dry_run:
        return 0
    signing_time(place, is_right=options.clock_is_right)  # before anybody types a passphrase
    signers = ask_signers(
        place, options.author, options.approver, options.passphrase_file_author, options.passphrase_file_approver
    )
    bar, copied, total = Progress(), 0, sum(medium.size_bytes for medium in draft.media)

    def progress(name: str, count: int) -> None:
        nonlocal copied
        copied += count
        bar.tell(copied, total, f"{size(copied)}/{size(total)} {name}")

    at = dt.datetime.now(dt.UTC)
    publication = publish(place, draft, aims, signers, at, words=found.words, progress=progress)
    bar.end()
    print(f"已发布 {publication.number}（{draft.line}），签名 {signers.author} + {signers.approver}\n"
          f"published {publication.number} ({draft.line}), signed by {signers.author} and {signers.approver}",
          flush=True)  # fmt: skip
    try:
        tell_head(place)
        if options.wait <= 0:
            return 0
        receipts = follow(publication, options.wait)
    except KeyboardInterrupt:
        number = publication.number
        print(f"\n不再等待；发布 {number} 已签名，屏幕会自己取：wuzha-office receipts {number}\n"
              f"no longer waiting; publication {number} is signed, and screens will find it",
              file=sys.stderr)  # fmt: skip
        return 1
    show_lines(receipts)
    return 0 if all(map(is_shown, receipts)) else 1


def _read(options: argparse.Namespace) -> Draft:
    bar, read = Progress(), 0

    def progress(name: str, count: int) -> None:
        nonlocal read
        read += count
        bar.tell(0, 0, f"检查 checking {size(read)} {name}")

    try:
        draft = read_folder(options.folder, options.line or "", progress)
    finally:
        bar.end()
    wrong = mistakes(draft)
    if wrong:
        raise BadInput(wrong)
    _decode(draft)
    for note in draft.notes:
        print(f"提示：{note.zh}\n    {note.en}")
    return draft


def _decode(draft: Draft) -> None:
    """Decodes every file as a screen will. Raises BadInput with those that no screen can show."""
    bar, done, total = Progress(), 0, sum(medium.size_bytes for medium in draft.media)

    def progress(name: str, count: int) -> None:
        nonlocal done
        done += count
        bar.tell(done, total, f"试解码 decoding {size(done)}/{size(total)} {name}")

    try:
        found = decoded(draft.media, progress)
    finally:
        bar.end()
    if found.complaints:
        raise BadInput(found.complaints)
    if found.unknown is not None:
        print(f"▲ {found.unknown.zh}\n  {found.unknown.en}")


def _show(draft: Draft, found: PushChanges) -> None:
    media = sum(medium.size_bytes for medium in draft.media)
    print(f"{draft.line}：{len(draft.playlists)} 个播放表 playlists，{len(draft.media)} 个素材 media，{size(media)}，"
          f"{len(found.screens)} 块屏幕 screens")  # fmt: skip
    show_words(found.words)
    same: dict[Words, list[str]] = {}
    for each in found.screens:
        was = f"替换 replaces {each.replaces}" if each.replaces else "新增 new"
        marks = [f"+{stem}" for stem in each.added] + [f"~{stem}" for stem in each.changed]
        marks += [f"-{stem}" for stem in each.removed]
        fetch = f"下载 fetches {each.fetch_files}（{size(each.fetch_bytes)}）"
        name = f"{each.screen} {each.title}".strip()
        print(f"  {name}：{was}，{' '.join(marks) or '播放表不变 same playlists'}，{fetch}")
        for note in each.notes:
            same.setdefault(note, []).append(each.screen)
    for note, ids in same.items():
        print(f"▲ {note.zh}\n  {note.en}\n    {shown_ids(ids, len(found.screens))}")
    if found.plays_nowhere:
        print("▲▲ 这次发布在任何一块屏幕上都永远不会播 · nothing of this ever plays on any screen")
