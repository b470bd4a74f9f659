"""What does not fit together between playlists, media, zones, site and calendar, each good by itself."""

import datetime as dt
import difflib
import functools
from collections.abc import Callable, Iterator, Sequence

from signage import cards
from signage.clashes import clashes, meeting_runs, outranked_runs
from signage.errors import Complaint, Words
from signage.globs import Shelf
from signage.idle_playlists import idle_playlists, place_of
from signage.media import Media, MediaKind
from signage.mending import written_key
from signage.notation import shown
from signage.playlist import Item, Playlist
from signage.program import Program
from signage.source import Place
from signage.suggest import nearest, not_one_of
from signage.text_rules import flaw

TEMPLATES = ("notice", "slogan", "list", "contact", "app", "broadcast", "alert")
THEMES = ("red", "blue", "green", "dark", "gold")

MOST_COMPARED, MOST_COMPARED_LETTERS = 200, 64
"""Among ten thousand files, or long ones, no name is looked for that was nearly written: it would take seconds."""

MOST_NAME = 50
"""Characters of a variable's name in a sentence; a configuration takes no longer one."""

Find = Callable[[str], tuple[Media, ...]]

_KINDS: dict[MediaKind, Words] = {
    "image": Words("图片", "a picture"),
    "video": Words("视频", "a video"),
    "audio": Words("音频", "audio"),
}


def inconsistencies(
    program: Program, quiet: Sequence[str] = (), at: dt.datetime | None = None
) -> tuple[Complaint, ...]:
    """Returns what a person should mend though every file reads well; `quiet` names the periods that the screen heeds.

    With the time as `at`, what never plays from then on is told, too.

    None of it stops the player: such an item is left out, such a zone shows what else it has.
    """
    return tuple(_all(program, quiet, at))


def _all(program: Program, quiet: Sequence[str], at: dt.datetime | None) -> Iterator[Complaint]:
    finds: dict[int, Find] = {}
    for playlist in program.playlists:
        media = program.media if playlist.media is None else playlist.media
        if id(media) not in finds:
            finds[id(media)] = functools.cache(Shelf(media).find)
        yield from _zone(program, playlist)
        for item in playlist.items:
            place = place_of(playlist, item)
            yield from _media(media, finds[id(media)], place, item)
            yield from _looks(place, item)
            yield from _variables(program, place, item)
            yield from _code(program, place, item)
    yield from _names(program.playlists)
    yield from clashes(program.playlists)
    for playlist in program.playlists:
        yield from meeting_runs(playlist)
    if at is not None:
        yield from outranked_runs(program.playlists)
        yield from idle_playlists(program, at)
    yield from _quiet(program, quiet)


def _zone(program: Program, playlist: Playlist) -> Iterator[Complaint]:
    names = [zone.name for zone in program.zones]
    if playlist.zone not in names:
        yield place_of(playlist).complaint("zone", *not_one_of("zone", playlist.zone, names))


def _media(media: Sequence[Media], find: Find, place: Place, item: Item) -> Iterator[Complaint]:
    wanted = {"media": item.media, "picture": item.picture}
    for key, pattern in wanted.items():
        if pattern is None:
            continue
        found = find(pattern)
        if not found:
            problem = Words(
                zh=f"{key} {shown(pattern)} 没有找到可以播放的文件",
                en=f"{key} {shown(pattern)} matches no file that can be shown",
            )
            yield place.complaint(key, problem, _missing_cure(media, find, pattern))
            continue
        allowed: tuple[MediaKind, ...] = ("image", "video", "audio")
        if key == "picture":
            allowed = ("image",)
        elif item.card is not None or item.picture is not None:
            allowed = ("audio",)
        wrong = next((medium for medium in found if medium.facts.kind not in allowed), None)
        if wrong:
            must, got = _KINDS[allowed[0]], _KINDS[wrong.facts.kind]
            problem = Words(
                zh=f"{key} 必须是{must.zh}，{shown(wrong.name)} 是{got.zh}",
                en=f"{key} must be {must.en}, {shown(wrong.name)} is {got.en}",
            )
            cure = Words(
                zh="换一个文件" if key == "picture" else "card 和 picture 只给音频用：删去它们，或者换一个文件",
                en="name another file"
                if key == "picture"
                else "card and picture are for audio: delete them, or name another file",
            )
            yield place.complaint(key, problem, cure)


def _missing_cure(media: Sequence[Media], find: Find, pattern: str) -> Words:
    top, _, inner = pattern.partition("/")
    if top.casefold() in ("media", "素材") and inner and find(inner):
        return Words(
            zh=f'写成 "{inner}"：路径从素材文件夹里面写起，不写素材文件夹自己',
            en=f'write "{inner}": the path begins inside the media folder, whose own name is left out',
        )
    names = [medium.name for medium in media[:MOST_COMPARED] if len(medium.name) <= MOST_COMPARED_LETTERS]
    near = difflib.get_close_matches(pattern, names, n=1, cutoff=0.8) if len(pattern) <= MOST_COMPARED_LETTERS else []
    if near:
        return Words(zh=f'是不是 "{near[0]}"？', en=f'did you mean "{near[0]}"?')
    return Words(
        zh="把文件放进素材文件夹，或者改正路径；被拒绝的文件用 wuzha-player probe 看原因",
        en="put the file into the media folder or mend the path; wuzha-player probe says why a file is refused",
    )


def _looks(place: Place, item: Item) -> Iterator[Complaint]:
    if item.card is not None and item.card not in TEMPLATES:
        yield place.complaint("card", *not_one_of("card", item.card, TEMPLATES))
    if item.card is not None and item.theme not in THEMES:
        yield place.complaint("theme", *not_one_of("theme", item.theme, THEMES))


def _variables(program: Program, place: Place, item: Item) -> Iterator[Complaint]:
    texts = {"title": item.title, "text": item.text, "footer": item.footer, "qr": item.qr}
    for key, text in texts.items():
        for missing in cards.missing(text, program.site):
            name = missing if len(missing) <= MOST_NAME else f"{missing[:MOST_NAME]}…"
            problem = Words(
                zh=f"{key} 里的 {{{name}}} 在配置里没有内容，这一条不会播放",
                en=f"{key} uses {{{name}}}, which the configuration does not give; the item does not play",
            )
            if name in program.site.variables or name in cards.BUILT_IN:
                cure = Words(zh=f"在配置里填写 {name}", en=f"fill in {name} in the configuration")
                yield place.complaint(key, problem, cure)
                continue
            as_key = written_key(name)
            near = nearest(name, (*cards.BUILT_IN, *program.site.variables))
            cure = Words(
                zh=f"是不是 {{{near}}}？" if near else f'在配置的 [site.variables] 里加 {as_key} = "…"',
                en=f"did you mean {{{near}}}?"
                if near
                else f'add {as_key} = "…" under [site.variables] of the configuration',
            )
            yield place.complaint(key, problem, cure)


def _code(program: Program, place: Place, item: Item) -> Iterator[Complaint]:
    wrong = flaw(cards.filled(item.qr, program.site), "qr")
    if wrong is not None:
        zh, en = wrong.problem.zh, wrong.problem.en
        problem = Words(
            zh=f"qr 填入本屏的资料后{zh}，这一条不会播放", en=f"qr, filled in, {en}; the item does not play"
        )
        yield place.complaint("qr", problem, wrong.cure)


def _names(playlists: Sequence[Playlist]) -> Iterator[Complaint]:
    seen: set[str] = set()
    for playlist in playlists:
        if playlist.name in seen:
            problem = Words(zh="有两个播放表叫这个名字", en="two playlists have this name")
            cure = Words(zh="给其中一个文件改名", en="rename one of the files")
            yield place_of(playlist).complaint("", problem, cure)
        seen.add(playlist.name)


def _quiet(program: Program, quiet: Sequence[str]) -> Iterator[Complaint]:
    known = [period.name for period in program.calendar.quiet]
    for name in quiet:
        if name != "all" and name not in known:
            place = Place(where="[sound]", words=Words("配置 [sound]", "config [sound]"))
            near = nearest(name, known)
            problem = Words(
                zh=f"quiet 里的 {shown(name)} 在日历里没有", en=f"quiet names {shown(name)}, which no calendar defines"
            )
            cure = Words(
                zh=f'是不是 "{near}"？'
                if near
                else "在 playlists/calendar.toml 里加上这个静音期，或者从 quiet 里删去它",
                en=f'did you mean "{near}"?'
                if near
                else "define it in playlists/calendar.toml, or delete it from quiet",
            )
            yield place.complaint("quiet", problem, cure)
