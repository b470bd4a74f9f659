"""The office as a Django application."""

from django.apps import AppConfig


class OfficeApp(AppConfig):
    """The one application; its tables are called `office_…`."""

    name = "office"
    label = "office"
    verbose_name = "无诈屏管理端"
    default_auto_field = "django.db.models.BigAutoField"
