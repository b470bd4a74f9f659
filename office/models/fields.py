"""Columns that hold what screens said, and come out of the database whatever stands in them.

Rule: fetching a row never raises for what the row holds; what cannot be read comes out as a value that says so, and
`office.stored` makes one unreadable row of it. SQLite keeps any value in any column.
"""

import datetime as dt
from functools import partial
from typing import Any

from django.db import models
from django.utils.dateparse import parse_datetime

from office.stored import Garbled

NO_TIME = dt.datetime.min.replace(tzinfo=dt.UTC)
"""What stands for a time that cannot be read: no time that is stored is as early."""


class ObjectField(models.JSONField):
    """A JSON object; in the database it is a JSONField like any other."""

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        """Returns an object or None; `Garbled` for what is neither."""
        try:
            found = super().from_db_value(value, expression, connection)
        except (ValueError, TypeError, RecursionError):
            return Garbled()
        return found if found is None or isinstance(found, dict) else Garbled()

    def deconstruct(self) -> Any:
        """Returns how migrations write it: it changes nothing in the database."""
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.JSONField", args, kwargs


class ListField(models.JSONField):
    """A JSON list, empty where it cannot be read; in the database it is a JSONField like any other."""

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        """Returns a list."""
        try:
            found = super().from_db_value(value, expression, connection)
        except (ValueError, TypeError, RecursionError):
            return []
        return found if isinstance(found, list) else []

    def deconstruct(self) -> Any:
        """Returns how migrations write it: it changes nothing in the database."""
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.JSONField", args, kwargs


def read_any_time(raw: bytes) -> dt.datetime:
    """Returns a time as SQLite keeps it; `NO_TIME` for what is none."""
    try:
        return parse_datetime(raw.decode()) or NO_TIME
    except ValueError:
        return NO_TIME


def read_any_text(connection: Any, **_: object) -> None:
    """Has a new connection to SQLite read text that is no UTF-8 with marks in the places that are not."""
    if connection.vendor == "sqlite":
        connection.connection.text_factory = partial(str, encoding="utf-8", errors="replace")
