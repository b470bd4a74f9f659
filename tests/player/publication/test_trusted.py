"""Nothing that does not hold is believed, and what was believed stays."""

import datetime as dt
import shutil
from pathlib import Path

import pytest

from player.publication.floor import Floor, checked
from player.publication.folder_source import FolderSource
from player.publication.signed import ExpiredError, Signed
from player.publication.sources import SourceError
from player.publication.trusted import Verifier, vouches
from signage.messages import Trusted
from signage.trust import MOST_TARGETS, TrustError
from tests.player.publication.repository import NOW, YEAR, Repository, key, odd_target

SCREEN = "sq-led"
PLAYLIST = b'[[item]]\nmedia = "*.png"\n'


@pytest.fixture
def office(tmp_path: Path) -> Repository:
    office = Repository(tmp_path / "office")
    office.publish(1, {"morning": PLAYLIST}, {"a.png": b"picture"})
    office.assign(SCREEN, (1, ("morning",)))
    office.head()
    return office


class Screen:
    """A screen's verifier and its floor, as `publications.py` uses them together."""

    def __init__(self, office: Repository, state: Path) -> None:
        self.office, self.state = office, state
        self.floor = Floor()
        self.verifier = Verifier(state / "tuf", office.anchor, SCREEN)

    def look(self, head: bytes | None = None, at: dt.datetime | None = NOW) -> Signed:
        signed = self.verifier.refresh(FolderSource(self.office.folder), at=at, head=head)
        self.floor = checked(self.floor, signed)
        return signed


@pytest.fixture
def screen(office: Repository, tmp_path: Path) -> Screen:
    return Screen(office, tmp_path / "state")


def test_what_two_people_signed_is_believed(screen: Screen, office: Repository) -> None:
    signed = screen.look()
    assert {(each.target.publication, each.target.name) for each in signed.targets} == {(1, "morning"), (1, "a.png")}
    assert signed.versions == Trusted(root=1, timestamp=1, snapshot=1, targets=1, assign=1)
    assert signed.assignment is not None
    assert signed.command_keys == (bytes.fromhex(office.online.public_key.keyval["public"]),)
    assert signed.expires == office.head_expires


def test_a_head_that_came_another_way_is_used_in_place_of_the_sources(screen: Screen, office: Repository) -> None:
    old = office.read("timestamp.json")
    head = office.head()
    office.write("timestamp.json", old)
    assert screen.look().versions.timestamp == 1
    assert screen.look(head).versions.timestamp == 2


def test_a_screen_without_an_assignment_is_shown_nothing(screen: Screen, office: Repository) -> None:
    office.assigned = {}
    office.head()
    assert screen.look().assignment is None


# Replays


def test_a_replayed_head_is_refused(screen: Screen, office: Repository) -> None:
    old = office.read("timestamp.json")
    head = office.head()
    screen.look(head)
    with pytest.raises(TrustError, match="older"):
        screen.look(old)
    assert screen.look(head).versions.timestamp == 2


@pytest.mark.parametrize("lost", ["timestamp.json", "snapshot.json", "*"])
def test_a_replay_is_refused_also_when_the_library_forgot_what_it_trusted(
    screen: Screen, office: Repository, lost: str
) -> None:
    old = office.read("timestamp.json")
    screen.look(office.head())
    for path in (screen.state / "tuf").glob(lost):
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    with pytest.raises(TrustError, match=r"older|went back"):
        screen.look(old)
    assert screen.look().versions.timestamp == 2


def test_files_that_a_power_cut_left_empty_are_fetched_again(screen: Screen) -> None:
    screen.look()
    for name in ("timestamp", "snapshot", "targets", "assign"):
        (screen.state / "tuf" / f"{name}.json").write_bytes(b"")
    (screen.state / "tuf" / "root_history" / "1.root.json").write_bytes(b"")
    assert screen.look().versions.targets == 1


def test_older_targets_under_a_newer_head_are_refused(screen: Screen, office: Repository) -> None:
    office.head()
    screen.look()
    office.versions["targets"] = 1
    office.sign_snapshot()
    office.sign_timestamp()
    with pytest.raises(TrustError):
        screen.look()


@pytest.mark.parametrize("hashed", [True, False])
@pytest.mark.parametrize("role", ["snapshot", "targets", "assign"])
def test_files_of_different_times_do_not_mix(screen: Screen, office: Repository, role: str, hashed: bool) -> None:
    office.hashed = hashed
    office.head()
    screen.look()
    office.head()
    office.write(f"3.{role}.json", office.read(f"2.{role}.json"))
    with pytest.raises(TrustError):
        screen.look()


def test_versions_that_a_stolen_key_drove_up_are_forgotten_with_the_key(screen: Screen, office: Repository) -> None:
    office.versions["timestamp"] = office.versions["snapshot"] = 2**40
    office.sign_snapshot()
    screen.look(office.sign_timestamp())
    office.online = office.assigner = key()
    office.versions["timestamp"] = office.versions["snapshot"] = 5
    office.sign_root()
    office.head()
    assert screen.look().versions == Trusted(root=2, timestamp=6, snapshot=6, targets=2, assign=2)
    assert screen.floor.trusted.timestamp == 6


def test_a_root_that_is_held_back_is_missed(screen: Screen, office: Repository) -> None:
    office.sign_root()
    office.head()
    screen.look()
    shutil.rmtree(screen.state / "tuf")
    (office.folder / "metadata" / "2.root.json").unlink()
    with pytest.raises(TrustError, match="went back"):
        screen.look()


# Expiry and clocks


@pytest.mark.parametrize("later", [dt.timedelta(days=8), 2 * YEAR])
def test_expired_metadata_is_refused_by_a_clock_that_is_believed(screen: Screen, later: dt.timedelta) -> None:
    with pytest.raises(ExpiredError):
        screen.look(at=NOW + later)


@pytest.mark.parametrize(
    ("said", "found"),
    [
        (None, None),
        ("2026-12-01T16:00:00+08:00", NOW),
        ("2026-12-01T16:00:00", None),
        ("yesterday", None),
        (5, None),
        ({"at": 1}, None),
        ("9" * 5000, None),
    ],
)
def test_a_head_says_when_it_was_signed_or_nothing(
    screen: Screen, office: Repository, said: object, found: dt.datetime | None
) -> None:
    office.signed_at = said
    office.head()
    assert screen.look(at=NOW).signed_at == found


def test_a_clock_that_nobody_believes_expires_nothing(screen: Screen, office: Repository) -> None:
    office.head_expires = NOW - 20 * YEAR
    office.head()
    assert screen.look(at=None).versions.timestamp == 2


def test_a_clock_in_1970_rejects_nothing_and_replays_are_refused_all_the_same(
    screen: Screen, office: Repository
) -> None:
    old = office.read("timestamp.json")
    office.head()
    dawn = dt.datetime(1970, 1, 1, 0, 1, tzinfo=dt.UTC)
    assert screen.look(at=dawn).versions.timestamp == 2
    with pytest.raises(TrustError):
        screen.look(old, at=dawn)


def test_an_expired_head_still_counts_against_replays(screen: Screen, office: Repository) -> None:
    old = office.read("timestamp.json")
    screen.look(office.head())
    with pytest.raises(ExpiredError):
        screen.look(at=NOW + dt.timedelta(days=8))
    with pytest.raises(TrustError):
        screen.look(old)


# Signatures


def test_one_signature_is_not_enough(screen: Screen, office: Repository) -> None:
    office.signers = [office.author]
    office.head()
    with pytest.raises(TrustError, match="signatures"):
        screen.look()


def test_two_signatures_of_one_person_are_not_enough(screen: Screen, office: Repository) -> None:
    office.signers = [office.author, office.author]
    office.head()
    with pytest.raises(TrustError, match="signatures"):
        screen.look()


def test_a_key_that_is_listed_under_two_names_is_one_person(office: Repository, tmp_path: Path) -> None:
    twin = key()
    twin._private_key, twin._public_key = office.author._private_key, _renamed(office.author)
    office.versions["root"] = 0
    office.sign_root(people=(office.author, twin))
    office.signers = [office.author, twin]
    office.head()
    with pytest.raises(TrustError, match="same key"):
        Screen(office, tmp_path / "state").look()


def _renamed(signer: object) -> object:
    from securesystemslib.signer import SSlibKey

    public = signer.public_key  # type: ignore[attr-defined]
    return SSlibKey("f" * 64, public.keytype, public.scheme, public.keyval)


def test_a_root_that_is_content_with_one_signature_is_refused(office: Repository, tmp_path: Path) -> None:
    office.versions["root"] = 0
    office.sign_root(threshold=1)
    with pytest.raises(TrustError, match="2 are the least"):
        Screen(office, tmp_path / "state").look()


def test_the_online_key_is_not_a_person(office: Repository, tmp_path: Path) -> None:
    office.versions["root"] = 0
    office.sign_root(people=(office.author, office.online))
    office.signers = [office.author, office.online]
    office.head()
    with pytest.raises(TrustError, match="online key"):
        Screen(office, tmp_path / "state").look()


def test_strangers_are_not_believed(screen: Screen, office: Repository) -> None:
    screen.look()
    office.signers = [key(), key()]
    office.head()
    with pytest.raises(TrustError, match="signatures"):
        screen.look()
    office.signers, office.online = [office.author, office.approver], key()
    office.head()
    with pytest.raises(TrustError, match="signatures"):
        screen.look()


def test_the_online_key_alone_cannot_sign_content(screen: Screen, office: Repository) -> None:
    office.sign_targets()
    office.sign_assign(**{"publication/1/media/a.png": odd_target("publication/1/media/a.png")})
    office.sign_snapshot()
    office.sign_timestamp()
    assert all(each.sha256 != "0" * 64 for each in screen.look().targets)


def test_content_cannot_be_handed_on_to_another_role(screen: Screen, office: Repository) -> None:
    from tuf.api.metadata import DelegatedRole, Delegations, Metadata, Targets

    wide = DelegatedRole("assign", [office.online.public_key.keyid], 1, terminating=True, paths=["*"])
    delegations = Delegations({office.online.public_key.keyid: office.online.public_key}, {"assign": wide})
    targets = Targets(version=office.next("targets"), expires=office.expires, delegations=delegations)
    office.sealed(Metadata(targets), office.signers, f"{office.versions['targets']}.targets.json")
    office.head_of_assign()
    with pytest.raises(TrustError, match="delegated"):
        screen.look()


def test_every_flipped_bit_is_noticed(screen: Screen, office: Repository) -> None:
    good = screen.look()
    office.head()
    files = ["timestamp.json", "2.snapshot.json", "2.targets.json", "2.assign.json"]
    for name in files:
        whole = office.read(name)
        for place in range(0, len(whole), max(1, len(whole) // 60)):
            office.write(name, whole[:place] + bytes([whole[place] ^ 0x04]) + whole[place + 1 :])
            fresh = Screen(office, screen.state / f"{name}{place}")
            try:
                signed = fresh.look()
            except TrustError:
                continue
            # A flipped bit in white space, or in a signature that is not needed, changes nothing that is said.
            assert signed.targets == good.targets
        office.write(name, whole)


# Sizes and names


@pytest.mark.parametrize("name", ["timestamp.json", "2.snapshot.json", "2.targets.json", "2.assign.json"])
def test_metadata_that_is_too_large_is_not_read_to_its_end(screen: Screen, office: Repository, name: str) -> None:
    office.head()
    with (office.folder / "metadata" / name).open("ab") as file:
        file.truncate(1 << 34)
    with pytest.raises(TrustError, match="too large"):
        screen.look()


def test_a_head_that_is_too_large_is_refused(screen: Screen) -> None:
    with pytest.raises(TrustError, match="too large"):
        screen.look(b" " * (16 * 1024 + 1))


@pytest.mark.parametrize("head", [b"", b"{}", b"[" * 10_000, b'{"signed": 5}', b"\xff\xfe", b"null", b"1" * 5000])
def test_a_head_that_is_nonsense_is_refused(screen: Screen, head: bytes) -> None:
    with pytest.raises(TrustError):
        screen.look(head)
    assert screen.look().versions.timestamp == 1


@pytest.mark.parametrize(
    "path",
    [
        "publication/1/media/../../x", "../../x", "/etc/passwd", "publication/1/media//etc/passwd", "C:/x",
        "publication/1/media/CON", "publication/1/media/aux.png", "publication/1/media/a/./b.png",
        "publication/1/media/a\\b.png", "publication/1/media/a\nb.png", "publication/0/media/a.png",
        "publication/1/playlists/x/y.toml", "publication/1/playlists/.toml", "publication/-1/media/a", "assign/x.json",
        "assign/sq-led.json", "publication/1/media/" + "a" * 300 + ".png", "",
    ],
)  # fmt: skip
def test_a_name_that_is_no_name_of_ours_refuses_the_whole(screen: Screen, office: Repository, path: str) -> None:
    office.sign_targets(**{path: odd_target(path)})
    office.head_of_assign()
    with pytest.raises(TrustError):
        screen.look()


@pytest.mark.parametrize(
    ("path", "size"), [("publication/1/playlists/a.toml", 1 << 30), ("publication/1/media/a", 1 << 50)]
)
def test_a_file_beyond_its_limit_refuses_the_whole(screen: Screen, office: Repository, path: str, size: int) -> None:
    office.sign_targets(**{path: odd_target(path, size)})
    office.head_of_assign()
    with pytest.raises(TrustError, match="limit"):
        screen.look()


def test_more_files_than_anybody_needs_are_refused(screen: Screen, office: Repository) -> None:
    many = {f"publication/1/media/{n}": odd_target(f"publication/1/media/{n}") for n in range(MOST_TARGETS)}
    office.sign_targets(**many)
    office.head_of_assign()
    with pytest.raises(TrustError, match=r"limit|too large"):
        screen.look()


def test_a_million_files_are_not_even_read(screen: Screen, office: Repository) -> None:
    entry = b'"publication/1/media/%06d": {"length": 1, "hashes": {"sha256": "%064d"}}'
    text = b'{"signed": {"_type": "targets", "targets": {' + b",".join(entry % (n, n) for n in range(10**6)) + b"}}}"
    office.sign_targets()
    office.write(f"{office.versions['targets']}.targets.json", text)
    office.head_of_assign()
    with pytest.raises(TrustError, match="too large"):
        screen.look()


def test_a_source_that_is_away_is_no_fault_of_the_signatures(screen: Screen, office: Repository) -> None:
    shutil.rmtree(office.folder / "metadata")
    with pytest.raises(SourceError):
        screen.look()


# The anchor


def test_a_newer_root_of_the_same_people_is_the_same_office(office: Repository, tmp_path: Path) -> None:
    second = office.sign_root()
    assert vouches(office.anchor, second)
    assert vouches(second, office.anchor)
    assert not vouches(office.anchor, Repository(tmp_path / "another").anchor)
    assert not vouches(office.anchor, b"{}")
