"""Commands that were sent to screens, and what became of them."""

from typing import Any

from django.db import models

from office.models.fields import ObjectField
from office.models.fleet import Screen


class Command(models.Model):
    """One command to one screen."""

    id = models.CharField(primary_key=True, max_length=32)
    screen = models.ForeignKey(Screen, models.CASCADE, related_name="commands")
    number = models.BigIntegerField()
    op = models.CharField(max_length=12)
    args: Any = ObjectField(default=dict, blank=True)
    by = models.CharField(max_length=100, blank=True)
    """Who asked for it."""
    issued_at = models.DateTimeField()
    not_after = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    """When the broker took it."""
    ok = models.BooleanField(null=True, blank=True)
    """What the screen replied; None: nothing yet."""
    why: Any = ObjectField(null=True, blank=True)
    """{"zh": …, "en": …} when it was refused."""
    data: Any = ObjectField(default=dict, blank=True)
    replied_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("screen", "number"), name="command_once"),)
        ordering = ("-issued_at",)
