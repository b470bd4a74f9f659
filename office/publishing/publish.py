"""Publishing: one transaction of the database and one new head of the signed files, or neither."""

import datetime as dt
import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import transaction

from office import audit
from office.models import AuditEntry, Media, Playlist, Publication, PublishedMedia, Screen
from office.place import Place, locked
from office.publishing import assigning
from office.publishing.aims import Aim
from office.publishing.folder import CALENDAR, Draft
from office.publishing.signing_clock import must_be_believable
from office.trusting.content import keep_file, keep_texts, prune
from office.trusting.keys import UnusableKeyError, open_key, open_online_key
from office.trusting.repository import PublishError, Standing, signed_targets, standing, write
from office.trusting.root import Signer, signer
from signage.errors import BadInput, Words, WuzhaError
from signage.site_variables import MOST_VARIABLES, VARIABLES, count_of_own, variables_text
from signage.source import MAX_FILE_BYTES
from signage.trust import MediaTarget, PlaylistTarget, Wanted, above, read_target

WordsByScreen = Mapping[str, Mapping[str, str]]
"""What cards say for `{name}`, by screen and name."""


class NoPublicationError(WuzhaError):
    """There is no publication of this number on any screen."""


class WordsError(PublishError):
    """The words that the cards of a publication ask for are more than screens take."""

    def __init__(self, words: Words) -> None:
        super().__init__(f"{words.zh}\n{words.en}")
        self.words = words


class UnsignedWords(msgspec.Struct, frozen=True, kw_only=True):
    """The words for cards that were entered otherwise since their publications were signed, by number."""

    changed: dict[int, WordsByScreen]
    """What two people are to sign in place of those."""
    kept: dict[int, Words]
    """Why those that are signed have to stay."""


class Signers(msgspec.Struct, frozen=True):
    """Two different people, and what signs for each."""

    author: str
    approver: str
    keys: tuple[Signer, Signer]


def open_signers(place: Place, author: tuple[str, str], approver: tuple[str, str]) -> Signers:
    """Opens both keys; each comes as name and passphrase. Raises UnusableKeyError."""
    if author[0] == approver[0]:
        raise UnusableKeyError("编制人和审核人必须是两个人\nauthor and approver must be two people")
    return Signers(
        author[0],
        approver[0],
        (
            signer(place, author[0], "author", open_key(place, author[0], "author", author[1])),
            signer(place, approver[0], "approver", open_key(place, approver[0], "approver", approver[1])),
        ),
    )


def online_signer(place: Place, key: Ed25519PrivateKey | None = None) -> Signer:
    """Opens the key that signs by itself. Raises UnusableKeyError."""
    return signer(place, "office", "online", key or open_online_key(place))


def remembered(place: Place) -> Standing:
    """Gives what is signed. Raises PublishError when the database knows nothing of it: what it says would be signed.

    Whoever signs, or lets somebody in, has an entry in the audit log.
    """
    now = standing(place)
    if now.targets is not None and not AuditEntry.objects.exists():
        version = now.targets.signed.version
        raise PublishError(
            f"数据库是空的，签名文件却已是第 {version} 版：数据库丢了，请先恢复备份\n"
            f"the database is empty although version {version} is signed: it was lost, restore its backup first"
        )
    return now


def publish(
    place: Place,
    draft: Draft,
    aims: Sequence[tuple[Aim, tuple[Screen, ...]]],
    signers: Signers,
    at: dt.datetime,
    *,
    words: WordsByScreen | None = None,
    progress: Callable[[str, int], None] = lambda _n, _b: None,
) -> Publication:
    """Publishes a draft to the screens of the aims. Raises WuzhaError, and then nothing has changed.

    `words` are those for cards that the signers saw, by screen; None: those that are entered now.
    `progress` hears each file's name and the bytes copied.
    """
    if words is None:
        words = assigning.words_for((screen for _, group in aims for screen in group), draft.playlists)
    said = words_file(words)
    for medium in draft.media:
        keep_file(place, Path(medium.path), medium.sha256, partial(progress, medium.name))
    keep_texts(place, (*(text.body for text in draft.texts), *said))
    online = online_signer(place)
    with locked(place), transaction.atomic():
        was = remembered(place)
        signed = tuple(_signed(was))
        number = audit.next_number("publication", max((assigning.highest_publication(), *map(_number, signed))))
        # With what this one replaces: should the commit fail behind the head, the database shows that again.
        wanted = (*_still_wanted(signed), *_wanted(number, draft), *_wanted_words(number, said))
        publication = _entered(number, draft, signers, at)
        assigning.aim_publication(publication, aims)
        about = {
            "number": number,
            "line": draft.line,
            "to": [str(aim) for aim, _ in aims],
            "approver": signers.approver,
        }
        audit.note(signers.author, "publish", about, at)
        floor = assigning.floor(was.versions)
        targets = signed_targets(place, wanted, signers.keys, was=was, floor=floor, at=at)
        # The head is the last to be written, and nothing but the commit comes after it: should that fail, the next
        # head takes the assignments from the database again, and the number is not given twice.
        write(place, online, assigning.signed_assignments(), was=was, targets=targets, floor=floor, at=at)
    return publication


def sign_again(
    place: Place, signers: Signers, at: dt.datetime, *, words: Mapping[int, WordsByScreen] | None = None
) -> None:
    """Has two people sign what is published now: at first, after a person went, after a restore, before it expires.

    `words` are those for cards that the signers saw, by publication; the others stay as they are signed. None: all
    that changed.
    """
    online = online_signer(place)
    with locked(place), transaction.atomic():
        was = remembered(place)
        floor = assigning.floor(was.versions)
        audit.note(signers.author, "sign", {"approver": signers.approver}, at)
        renewed = unsigned_words(place).changed if words is None else words
        wanted = tuple(_with_words(place, tuple(_still_wanted(_signed(was))), renewed))
        targets = signed_targets(place, wanted, signers.keys, was=was, floor=floor, at=at)
        # All are signed anew: after a restore screens may trust another assignment under the number that ours has.
        assignments = assigning.signed_assignments()
        write(place, online, assignments, was=was, targets=targets, floor=above(floor), at=at)


def withdraw(place: Place, number: int, by: str, at: dt.datetime) -> Publication:
    """Takes a publication off every screen; the online key is enough for that. Raises NoPublicationError."""
    online = online_signer(place)
    with locked(place), transaction.atomic():
        publication = Publication.objects.filter(number=number, state=assigning.PUBLISHED).first()
        if publication is None:
            raise NoPublicationError(f"没有正在播放的发布 {number}\nthere is no publication {number} on any screen")
        assigning.end_publication(publication, at)
        audit.note(by, "withdraw", {"number": number, "line": publication.line}, at)
        _write_online(place, online, at)
    return publication


def renew(place: Place, at: dt.datetime) -> bytes | None:
    """Signs again what grows old or no longer is what the database says; the new head, or None when all is well.

    The office calls it every hour or so, and takes the files away then that nothing names any more. Nothing happens
    before two people have signed once.
    """
    if remembered(place).targets is None:
        return None
    must_be_believable(place, at)
    online = online_signer(place)
    with locked(place), transaction.atomic():
        head = _write_online(place, online, at)
    _prune(place, at)
    return head


def reassign(place: Place, online: Signer, at: dt.datetime) -> bytes | None:
    """As `renew`, for who holds the home and is in a transaction already."""
    return _write_online(place, online, at) if standing(place).targets is not None else None


def _write_online(place: Place, online: Signer, at: dt.datetime) -> bytes | None:
    was = standing(place)
    if was.targets is None:
        raise PublishError("还没有发布过\nnothing was published yet")
    floor = assigning.floor(was.versions)
    return write(place, online, assigning.signed_assignments(), was=was, floor=floor, at=at)


def _entered(number: int, draft: Draft, signers: Signers, at: dt.datetime) -> Publication:
    calendar = next((m.sha256 for m in _texts(draft) if m.name == CALENDAR), "")
    publication = Publication.objects.create(
        number=number, line=draft.line, state=assigning.PUBLISHED, author=signers.author, approver=signers.approver,
        published_at=at, calendar_sha256=calendar,
    )  # fmt: skip
    read = {playlist.name: playlist for playlist in draft.playlists}
    Playlist.objects.bulk_create(
        Playlist(
            publication=publication, name=text.name, title=read[text.name].title, zone=read[text.name].zone,
            rank=read[text.name].rank, sha256=read[text.name].sha256, text=text.body.decode("utf-8-sig"),
        )
        for text in draft.texts
        if text.name in read
    )  # fmt: skip
    Media.objects.bulk_create(
        {m.sha256: Media(sha256=m.sha256, size_bytes=m.size_bytes, kind=m.facts.kind) for m in draft.media}.values(),
        ignore_conflicts=True,
    )
    PublishedMedia.objects.bulk_create(
        PublishedMedia(publication=publication, name=m.name, media_id=m.sha256) for m in draft.media
    )
    return publication


class _Text(msgspec.Struct, frozen=True):
    name: str
    sha256: str
    size_bytes: int


def _texts(draft: Draft) -> Iterator[_Text]:
    for text in draft.texts:
        yield _Text(text.name, hashlib.sha256(text.body).hexdigest(), len(text.body))


def _wanted(number: int, draft: Draft) -> Iterator[Wanted]:
    for text in _texts(draft):
        yield Wanted(target=PlaylistTarget(number, text.name), sha256=text.sha256, size_bytes=text.size_bytes)
    for medium in draft.media:
        yield Wanted(target=MediaTarget(number, medium.name), sha256=medium.sha256, size_bytes=medium.size_bytes)


def words_file(by_screen: WordsByScreen) -> tuple[bytes, ...]:
    """Returns the file with the words for cards; none when there are none. Raises WordsError when they are too many."""
    if not by_screen:
        return ()
    most = max(map(count_of_own, by_screen.values()))
    if most > MOST_VARIABLES:
        raise WordsError(
            Words(
                zh=f"字卡用到 {most} 个变量，一块屏幕最多 {MOST_VARIABLES} 个：把播放表分到几个文件夹，分几次发布",
                en=f"its cards ask for {most} variables, a screen takes {MOST_VARIABLES}: push its playlists apart",
            )
        )
    text = variables_text(by_screen)
    if len(text) > MAX_FILE_BYTES:
        size, limit = -(-len(text) // 1024), MAX_FILE_BYTES // 1024
        raise WordsError(
            Words(
                zh=f"字卡用到的变量，{len(by_screen)} 块屏幕的一共 {size} KiB，一次最多 {limit} KiB："
                "按村分几次发布（--to village:…）",
                en=f"what its cards say on {len(by_screen)} screens has {size} KiB, the limit is {limit}: "
                "push village by village",
            )
        )
    return (text,)


def _wanted_words(number: int, words: Iterable[bytes]) -> Iterator[Wanted]:
    for text in words:
        target = PlaylistTarget(number, VARIABLES)
        yield Wanted(target=target, sha256=hashlib.sha256(text).hexdigest(), size_bytes=len(text))


def _with_words(place: Place, wanted: Sequence[Wanted], words: Mapping[int, WordsByScreen]) -> Iterator[Wanted]:
    """What is signed, those publications of it that stand in `words` with these."""
    yield from (each for each in wanted if not (_is_words(each) and _number(each) in words))
    for number in sorted({_number(each) for each in wanted} & words.keys()):
        said = words_file(words[number])
        keep_texts(place, said)
        yield from _wanted_words(number, said)


def _is_words(wanted: Wanted) -> bool:
    return isinstance(wanted.target, PlaylistTarget) and wanted.target.name == VARIABLES


def unsigned_words(place: Place) -> UnsignedWords:
    """Returns the words for cards of publications that were entered otherwise since they were signed."""
    signed = {_number(each): each.sha256 for each in _signed(standing(place)) if _is_words(each)}
    changed: dict[int, WordsByScreen] = {}
    kept: dict[int, Words] = {}
    for publication in Publication.objects.filter(state=assigning.PUBLISHED).prefetch_related("playlists"):
        screens = Screen.objects.filter(assignments__publication=publication, revoked_at=None).distinct()
        try:
            playlists = assigning.read_playlists(publication)
            words = assigning.words_for(screens.select_related("site__village"), playlists)
            now = next((hashlib.sha256(text).hexdigest() for text in words_file(words)), None)
        except BadInput as bad:  # of a version that read it otherwise: nobody knows what its cards ask for
            kept[publication.number] = _first(bad)
        except WordsError as fault:
            kept[publication.number] = fault.words
        else:
            if now != signed.get(publication.number):
                changed[publication.number] = words
    return UnsignedWords(changed=changed, kept=kept)


def _first(bad: BadInput) -> Words:
    first = bad.complaints[0]
    return Words(zh=f"{first.where}：{first.problem.zh}", en=f"{first.where}: {first.problem.en}")


def _signed(was: Standing) -> Iterator[Wanted]:
    """What two people have signed, whether its publication has ended or not."""
    for path, file in (was.targets.signed.targets if was.targets is not None else {}).items():
        yield Wanted(target=read_target(path), sha256=file.hashes["sha256"], size_bytes=file.length)


def _still_wanted(signed: Iterable[Wanted]) -> Iterator[Wanted]:
    """What is signed now, without the files of publications that have ended."""
    live = set(Publication.objects.filter(state=assigning.PUBLISHED).values_list("number", flat=True))
    return (each for each in signed if _number(each) in live)


def _number(wanted: Wanted) -> int:
    """Of the publication that a file is of; 0: of none."""
    return wanted.target.publication if isinstance(wanted.target, PlaylistTarget | MediaTarget) else 0


def _prune(place: Place, at: dt.datetime) -> None:
    now = standing(place)
    documents = [d for d in (now.targets, now.assign) if d is not None]
    prune(place, {file.hashes["sha256"] for d in documents for file in d.signed.targets.values()}, at.timestamp())
