"""What a push says it would change."""

from pathlib import Path

from office.place import Place
from office.publishing.folder import read_folder
from tests.office.people import AT, LI, ZHANG, campaign


def test_a_push_names_what_comes_what_goes_and_what_is_to_be_fetched(
    either: None, keyed: Place, tmp_path: Path
) -> None:
    from office.enrolling import Enrolment, enroll
    from office.models import Screen
    from office.publishing.aims import chosen
    from office.publishing.changes import changes
    from office.publishing.publish import open_signers, publish

    for screen in ("has-led1", "new-led2"):
        enroll(keyed, Enrolment(screen=screen, zones=("main",)), None, "guan", AT)
    folder = campaign(tmp_path / "six-rules")
    (folder / "playlists/old.toml").write_text('[[item]]\nmedia = "posters/a.png"\n')
    signers = open_signers(keyed, ZHANG, LI)
    former = publish(keyed, read_folder(folder), chosen(["screen:has-led1"]), signers, AT)
    other = campaign(tmp_path / "other", playlist="new", text='[[item]]\nmedia = "posters/b.png"\n')
    publish(keyed, read_folder(other), chosen(["screen:has-led1"]), signers, AT)

    (folder / "playlists/old.toml").rename(folder / "playlists/new.toml")
    (folder / "playlists/main.toml").write_text('title = "other"\n[[item]]\nmedia = "posters/*.png"\n')
    (folder / "media/c.png").write_bytes(b"twelve bytes")
    has, new = changes(read_folder(folder), Screen.objects.all(), AT).screens

    assert (has.screen, has.replaces) == ("has-led1", former.number)
    assert (has.added, has.changed, has.removed) == (("new",), ("main",), ("old",))
    assert (has.fetch_files, has.fetch_bytes) == (1, 12)
    assert [note.en for note in has.notes] == ["another publication has a playlist new too; both play"]
    assert (new.screen, new.replaces, new.added) == ("new-led2", None, ("main", "new"))
    assert (new.fetch_files, new.fetch_bytes, new.notes) == (3, 8 + 12 + 12, ())
