"""A trial has a folder of its own, never touches another, and is alone in it."""

import pytest

from office.place import Place
from office.trial.home import AlreadyRunningError, NoTrialError, alone, lay


@pytest.fixture
def home(tmp_path) -> Place:  # type: ignore[no-untyped-def]
    return Place(tmp_path / "var" / "trial")


def test_a_new_trial_is_laid_and_the_next_one_goes_on_with_it(home: Place) -> None:
    assert lay(home, fresh=False)
    secret = home.secret_key.read_text()
    assert not lay(home, fresh=False)
    assert home.secret_key.read_text() == secret
    assert home.home.stat().st_mode & 0o777 == 0o700


def test_a_fresh_one_leaves_nothing_of_the_last(home: Place) -> None:
    lay(home, fresh=False)
    (home.home / "db.sqlite3").write_text("old")
    secret = home.secret_key.read_text()
    assert lay(home, fresh=True)
    assert not (home.home / "db.sqlite3").exists()
    assert home.secret_key.read_text() != secret


@pytest.mark.parametrize("fresh", [False, True])
def test_a_folder_that_is_no_trial_is_left_alone(home: Place, fresh: bool) -> None:
    home.home.mkdir(parents=True)
    (home.home / "office.toml").write_text("a real office")
    with pytest.raises(NoTrialError, match="--home"):
        lay(home, fresh=fresh)
    assert [path.name for path in home.home.iterdir()] == ["office.toml"]


def test_two_trials_do_not_run_in_one_folder(home: Place) -> None:
    with alone(home), pytest.raises(AlreadyRunningError), alone(home):
        pytest.fail("it runs twice")
    with alone(home):
        assert lay(home, fresh=False)
