"""The database as it is at one moment, while collectors go on writing."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction


@contextmanager
def snapshot() -> Iterator[None]:
    """Lets all queries in the block see one moment. Nobody waits for it, and nothing can be written in it.

    SQLite keeps its log from being folded in meanwhile.
    """
    if connection.vendor == "postgresql":
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield
        return
    with connection.cursor() as cursor:
        cursor.execute("BEGIN DEFERRED")  # Django's own would take the lock of those who write
        try:
            cursor.execute("PRAGMA query_only=ON")
            yield
        finally:
            cursor.execute("PRAGMA query_only=OFF")
            cursor.execute("ROLLBACK")
