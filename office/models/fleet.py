"""Screens, and where they stand."""

from typing import Any

from django.db import models
from django.utils.timezone import now

from office.models.fields import ListField, ObjectField


class Village(models.Model):
    """A village or community."""

    name = models.CharField("村、社区", max_length=100, unique=True)

    def __str__(self) -> str:
        return str(self.name)


class Site(models.Model):
    """Where screens stand: its kind, its village, and what cards say about it."""

    name = models.CharField("场所", max_length=100, unique=True)
    kind = models.CharField("类型", max_length=50, blank=True)
    village = models.ForeignKey(Village, models.PROTECT, null=True, blank=True, related_name="sites")
    variables: Any = ObjectField("变量", default=dict, blank=True)
    """Text by name, as cards use it: {"grid_worker": "…"}."""

    def __str__(self) -> str:
        return str(self.name)


class Tag(models.Model):
    """A word that groups screens."""

    name = models.CharField("标签", max_length=50, unique=True)

    def __str__(self) -> str:
        return str(self.name)


class ScreenPlace(models.Model):
    """Where a screen stood from a moment on, until its next row; its first row also says where it stood before.

    Plays are counted where their screen stood when it played them.
    """

    screen = models.ForeignKey("Screen", models.CASCADE, related_name="places")
    since = models.DateTimeField()
    site = models.ForeignKey(Site, models.PROTECT, null=True, blank=True, related_name="+")
    kind = models.CharField(max_length=50, blank=True)
    village = models.ForeignKey(Village, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ("screen", "since", "id")


class Screen(models.Model):
    """One LED wall or kiosk driven by one player, and what it last said of itself."""

    id = models.CharField("编号", primary_key=True, max_length=36)
    title = models.CharField("名称", max_length=100, blank=True)
    timezone = models.CharField(max_length=50, default="Asia/Shanghai")
    zones: Any = ListField(default=list, blank=True)
    """Names of its zones, when the office was told; else those of its last state count."""
    site = models.ForeignKey(Site, models.PROTECT, null=True, blank=True, related_name="screens")
    tags = models.ManyToManyField(Tag, blank=True, related_name="screens")
    enrolled_at = models.DateTimeField(default=now)
    revoked_at = models.DateTimeField(null=True, blank=True)
    """Since then it has no password at the broker and is sent nothing."""
    last_command_number = models.BigIntegerField(default=0)

    # What the collector heard.
    status = models.CharField(max_length=10, blank=True, default="")
    """online, offline or lost; empty: never heard of."""
    conn = models.BigIntegerField(default=0)
    """Of the newest connection; what an older one says is out of date."""
    status_at = models.DateTimeField(null=True, blank=True)
    """When the office heard it, by the office's clock; so `birth_at`, `state_at` and `shot_at`."""
    birth: Any = ObjectField(null=True, blank=True)
    birth_at = models.DateTimeField(null=True, blank=True)
    state: Any = ObjectField(null=True, blank=True)
    state_at = models.DateTimeField(null=True, blank=True)
    shot_at = models.DateTimeField(null=True, blank=True)
    """Of the picture in the home's `shots/{id}.jpg`."""

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.title} {self.id}".strip()

    @property
    def zone_names(self) -> tuple[str, ...]:
        """The names of its zones, as far as the office knows them; () when it does not."""
        said = (self.state or {}).get("zones")
        told = self.zones or (said if isinstance(said, list) else ())
        names = (zone.get("zone") if isinstance(zone, dict) else zone for zone in told)
        return tuple(dict.fromkeys(str(name) for name in names if name))
