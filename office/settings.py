"""Django's settings, made from the office's home; and how an office is opened."""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from office.place import OfficeSettings, Place, locked
from signage.errors import BadInput, Complaint, Words

SQLITE = {
    # WAL: readers never wait for the collector. FULL: what was committed outlasts a power cut (an acknowledgement
    # follows). IMMEDIATE: two writers wait for each other instead of failing when one of them turns from reading.
    # The log is folded in by the collector alone (office/collecting/checkpoints.py): SQLite before 3.51.3 may lose
    # commits when two connections do it at their own time.
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
    "PRAGMA temp_store=MEMORY; PRAGMA cache_size=-32000; PRAGMA wal_autocheckpoint=0;",
    "transaction_mode": "IMMEDIATE",
    "timeout": 30,
}
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [Path(__file__).parent / "console" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
            ]
        },
    }
]


APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "office.apps.OfficeApp",
]
MIDDLEWARE = [
    "office.console.headers.Headers",
    "office.console.wellformed.WellFormed",
    "office.console.compressed.Compressed",
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "office.console.visible.Visible",
]


def django_settings(place: Place, told: OfficeSettings) -> dict[str, Any]:
    """Gives Django's settings for a home. Raises BadInput for a database address that is none."""
    return {
        "DEBUG": False,
        "SECRET_KEY": place.secret_key.read_text().strip(),
        "ALLOWED_HOSTS": ["*"],  # screens and people come by whatever name the town gave the machine
        "ROOT_URLCONF": "office.urls",
        "INSTALLED_APPS": APPS,
        "MIDDLEWARE": MIDDLEWARE,
        "TEMPLATES": TEMPLATES,
        "DATABASES": {"default": database(place, told.database)},
        "DEFAULT_AUTO_FIELD": "django.db.models.BigAutoField",
        "LANGUAGE_CODE": "zh-hans",
        "TIME_ZONE": told.timezone,
        "USE_TZ": True,
        "STATIC_URL": "/static/",
        "LOGIN_URL": "/login/",
        "LOGIN_REDIRECT_URL": "/",
        "SESSION_COOKIE_NAME": "wuzha",
        "SESSION_COOKIE_AGE": 12 * 3600,
        "SESSION_COOKIE_HTTPONLY": True,
        # Only a proxy in front of us speaks https, and then for the screens and for people alike.
        "SESSION_COOKIE_SECURE": told.http.startswith("https://"),
        "CSRF_COOKIE_SECURE": told.http.startswith("https://"),
        "SESSION_COOKIE_SAMESITE": "Strict",
        "CSRF_COOKIE_SAMESITE": "Strict",
        "LOGGING_CONFIG": None,  # the command line sets up logging
        "WUZHA_HOME": place.home,
    }


def database(place: Place, url: str) -> dict[str, Any]:
    """Gives Django's settings for a database: SQLite in the home for "", else `postgresql://`. Raises BadInput."""
    if not url:
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": place.database, "OPTIONS": SQLITE}
    try:
        parts = urlsplit(url)
        if parts.scheme not in ("postgresql", "postgres") or not parts.path.strip("/"):
            raise ValueError("write postgresql://user@host/name")
        port = parts.port
    except ValueError as error:
        problem = Words(zh="不是数据库地址", en=f"is not the address of a database: {error}")
        cure = Words(zh="留空用 SQLite，或写 postgresql://用户@主机/库名",
                     en='leave it empty for SQLite, or write postgresql://user@host/name')  # fmt: skip
        raise BadInput((Complaint("database", problem, cure),)) from error
    options = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.strip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", "") or parts.hostname or "",
        "PORT": options.pop("port", "") or port or "",
        "OPTIONS": options,
        "CONN_HEALTH_CHECKS": True,
    }


def open_office(place: Place, *, url: str | None = None) -> OfficeSettings:
    """Sets Django up for a home and brings its database up to date; once in a process.

    `url` stands for the database of the settings. Raises NoOfficeError and BadInput.
    """
    import django  # noqa: PLC0415 - whoever only reads a place should not load Django
    from django.conf import settings  # noqa: PLC0415

    told = place.settings()
    if not settings.configured:
        if url is not None:
            import msgspec  # noqa: PLC0415

            told = msgspec.structs.replace(told, database=url)
        settings.configure(**django_settings(place, told))
        django.setup()
    migrate(place)
    return told


def migrate(place: Place) -> None:
    """Brings the database up to date, one process after the other."""
    from django.core.management import call_command  # noqa: PLC0415
    from django.db import connection  # noqa: PLC0415
    from django.db.migrations.executor import MigrationExecutor  # noqa: PLC0415

    def behind() -> bool:
        executor = MigrationExecutor(connection)
        return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))

    _once(place, behind, lambda: call_command("migrate", verbosity=0, interactive=False))


def _once(place: Place, needed: Callable[[], bool], act: Callable[[], object]) -> None:
    if needed():
        with locked(place):
            if needed():
                act()
