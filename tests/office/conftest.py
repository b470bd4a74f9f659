"""An office for tests: a home of its own, and a database that is emptied between tests."""

import getpass
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from office.place import Place, found
from tests.office.people import AT, GUAN, PASSPHRASES

POSTGRES = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))


@pytest.fixture(scope="session")
def _django(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """Django set up once for the whole run, with a home that every test shares the tables of.

    Django takes one home in a process: whoever comes later, by a fixture of his own, gets that one.
    """
    from django.conf import settings

    from office.settings import open_office

    if settings.configured:
        return Place(Path(settings.WUZHA_HOME))
    place = Place(tmp_path_factory.mktemp("django") / "home")
    found(place)
    open_office(place)
    return place


@pytest.fixture
def database(_django: Place) -> Iterator[None]:
    """An empty SQLite database with all tables; use `place` for files."""
    yield
    _empty()


@pytest.fixture
def place(tmp_path: Path, database: None) -> Place:
    """A home of the test's own (its files; the tables are those of `database`)."""
    home = Place(tmp_path / "office")
    found(home)
    return home


@pytest.fixture(scope="session")
def _keyed(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A home with keys of three people: guan (root), zhang (author), li (approver). Making them takes a while."""
    from office.trusting import setup

    home = Place(tmp_path_factory.mktemp("keyed") / "office")
    found(home)
    setup.begin_office(home, "guan", PASSPHRASES["guan"], AT)
    setup.admit_person(home, "zhang", "author", PASSPHRASES["zhang"], root=GUAN, at=AT)
    setup.admit_person(home, "li", "approver", PASSPHRASES["li"], root=GUAN, at=AT)
    return home


@pytest.fixture
def keyed(_keyed: Place, tmp_path: Path) -> Place:
    """A home of the test's own with keys of three people: guan (root), zhang (author), li (approver)."""
    shutil.copytree(_keyed.home, tmp_path / "office")
    return Place(tmp_path / "office")


def _forget() -> None:
    """Lets the next query of this thread open a connection to the database that is set now."""
    from django.db import connections

    with suppress(AttributeError):  # this thread had none
        del connections["default"]


def _empty() -> None:
    from django.apps import apps
    from django.core.management.color import no_style
    from django.db import connection, connections

    made_by_django = ("django_content_type", "auth_permission")
    tables = [model._meta.db_table for model in apps.get_models(include_auto_created=True)]
    ours = [table for table in tables if table not in made_by_django]
    connection.ops.execute_sql_flush(connection.ops.sql_flush(no_style(), ours))
    connections.close_all()


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of a PostgreSQL server of our own, on a socket in a temporary folder."""
    if not POSTGRES:
        reason = "not installed: postgresql"
        pytest.fail(reason) if os.environ.get("WUZHA_TEST_ALL") == "1" else pytest.skip(reason)
    programs = POSTGRES[-1].parent
    folder = Path(tempfile.mkdtemp(prefix="wz-pg-", dir="/tmp"))  # a socket's path may have 107 bytes at most
    user = "postgres" if os.geteuid() == 0 else getpass.getuser()  # it does not run as root
    as_user = ["runuser", "-u", user, "--"] if os.geteuid() == 0 else []
    if as_user:
        shutil.chown(folder, user)
    data = folder / "data"

    def run(*words: str) -> None:
        subprocess.run([*as_user, *words], check=True, capture_output=True, cwd=folder, timeout=50)

    try:
        run(
            str(programs / "initdb"),
            "-D",
            str(data),
            "-U",
            user,
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--no-sync",
            "--locale=C",
        )
        run(str(programs / "pg_ctl"), "-D", str(data), "-w", "-t", "40", "-l", str(folder / "log"),
            "-o", f"-k {folder} -c listen_addresses='' -c fsync=off -c max_connections=20", "start")  # fmt: skip
        try:
            run(str(programs / "createdb"), "-h", str(folder), "-U", user, "wuzha")
            yield f"postgresql://{user}@/wuzha?host={folder}"
        finally:
            run(str(programs / "pg_ctl"), "-D", str(data), "-w", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def either(request: pytest.FixtureRequest, _django: Place) -> Iterator[None]:
    """The same test on SQLite and on PostgreSQL; the tables are empty."""
    if request.param == "sqlite":
        yield
        _empty()
        return
    from django.db import connections

    from office.settings import database as told
    from office.settings import migrate

    kept = connections.databases["default"]
    connections.close_all()
    new = {**connections.configure_settings({"default": told(_django, request.getfixturevalue("postgres"))})["default"]}
    connections.databases["default"] = new
    _forget()
    try:
        migrate(_django)
        yield
        _empty()
    finally:
        connections.close_all()
        connections.databases["default"] = kept
        _forget()
