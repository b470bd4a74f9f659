"""The office as a Django application."""

from django.apps import AppConfig
from django.db.backends.signals import connection_created


class OfficeApp(AppConfig):
    """The one application; its tables are called `office_…`."""

    name = "office"
    label = "office"
    verbose_name = "无诈屏管理端"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Has connections to SQLite read whatever stands in a column."""
        from django.db.backends.sqlite3.base import Database  # noqa: PLC0415 - the backend in use may be another

        from office.models.fields import read_any_text, read_any_time  # noqa: PLC0415 - models come with the registry

        for name in ("datetime", "timestamp"):
            Database.register_converter(name, read_any_time)
        connection_created.connect(read_any_text, dispatch_uid="office")
