"""The screens' ledgers as the office has them, and what is read out of them.

A record's text and hash are the evidence; plays, receipts and events beside it are the same records in columns, under
the same key, for asking. The key holds epoch and number, so a record cannot be stored twice, and what belongs together
lies together.
"""

import datetime as dt
import hashlib
import json
from typing import Any

from django.db import models

from office.models.fields import ObjectField
from office.models.fleet import Screen
from office.numbering import MOST_SEQ, key_of


class KeyField(models.BigIntegerField):
    """A key that is given, not counted; in SQLite it is the row's own number, which saves an index."""

    def db_type(self, connection: Any) -> str | None:
        """Gives the column's type."""
        return "integer" if connection.vendor == "sqlite" else super().db_type(connection)


class LedgerEpoch(models.Model):
    """One unbroken chain of a screen, and how far the office has it."""

    screen = models.ForeignKey(Screen, models.PROTECT, related_name="epochs")
    name = models.CharField(max_length=16)
    heard_at = models.DateTimeField()
    """When the first batch of it came."""
    oldest = models.BigIntegerField(default=1)
    """The first number that the player still has; what is before it and not here is lost."""
    upto = models.BigIntegerField(default=0)
    """What was acknowledged: nothing before it is missing that may still come."""
    head = models.BinaryField()
    """The hash of that record."""
    noted = models.BigIntegerField(default=0)
    """`upto` when it last stood in the journal."""
    waits_since = models.DateTimeField(null=True, blank=True)
    """Since when nothing was added before its first gap; None: there is none."""

    class Meta:
        constraints = (models.UniqueConstraint(fields=("screen", "name"), name="epoch_once"),)

    @property
    def keys(self) -> tuple[int, int]:
        """The lowest and highest key of its records, for `pk__range`."""
        return key_of(self.pk, 0), key_of(self.pk, MOST_SEQ)


class LedgerRun(models.Model):
    """Consecutive records of an epoch that are stored, as `office.collecting.chain` keeps them."""

    epoch = models.ForeignKey(LedgerEpoch, models.CASCADE, related_name="runs", db_index=False)
    first = models.BigIntegerField()
    last = models.BigIntegerField()
    before = models.BinaryField()
    after = models.BinaryField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("epoch", "first"), name="run_once"),)
        ordering = ("epoch", "first")


class LedgerRecord(models.Model):
    """One record, exactly as the player wrote it."""

    id = KeyField(primary_key=True)
    """`key_of(epoch, seq)`."""
    text = models.BinaryField()
    hash = models.BinaryField()

    @property
    def seq(self) -> int:
        """Its number."""
        return int(self.pk) & MOST_SEQ


class Shown(models.Model):
    """What plays show and where it stood: one row for all plays of the same item, on all screens."""

    key = models.CharField(max_length=64, unique=True)
    """SHA-256 over all the other columns."""
    zone = models.TextField()
    rank = models.TextField()
    playlist = models.TextField()
    playlist_sha256 = models.TextField()
    publication = models.BigIntegerField()
    item = models.BigIntegerField()
    shows = models.TextField()
    media = models.TextField()
    sha256 = models.TextField()
    card = models.TextField()
    title = models.TextField()

    @property
    def name(self) -> str:
        """What was seen: the media, or the card or ticker with its words."""
        if self.media:
            return str(self.media)
        return f"{self.card or self.shows}: {self.title}" if self.title else str(self.card or self.shows)


class Outcome(models.IntegerChoices):
    """How a play ended."""

    COMPLETE = 0, "完整"
    CUT = 1, "中断"
    FAILED = 2, "失败"


class PresentedAs(models.IntegerChoices):
    """How a play was presented, as `signage.presented` has it."""

    UNKNOWN = 0, "不清楚"
    SEEN = 1, "看得到"
    DARK = 2, "屏幕不亮"
    COVERED = 3, "被遮住"
    NO_DISPLAY = 4, "没有显示屏"
    HEADLESS = 5, "无窗口运行"


class Play(models.Model):
    """A play, in the columns that are counted by."""

    id = KeyField(primary_key=True)
    """Of its record."""
    epoch = models.ForeignKey(LedgerEpoch, models.DO_NOTHING, related_name="plays", db_constraint=False, db_index=False)
    shown = models.ForeignKey(Shown, models.DO_NOTHING, related_name="plays", db_constraint=False, db_index=False)
    at_ms = models.BigIntegerField()
    """When it began, in milliseconds since 1970."""
    day = models.IntegerField(db_index=True)
    """The day where the screen stands, as 20260606."""
    hour = models.SmallIntegerField()
    outcome = models.SmallIntegerField(choices=Outcome)
    believed = models.BooleanField()
    """Whether the player's clock was to be believed."""
    actual_ms = models.BigIntegerField(null=True)
    """How long it was on the screen; None when nobody knows."""
    presented = models.SmallIntegerField(choices=PresentedAs, default=PresentedAs.UNKNOWN)
    doubt = models.SmallIntegerField(default=0)
    """Why it is not believed, as `office.doubt.Doubt` has it; 0: it is."""


class ZoneHour(models.Model):
    """How much of an hour the believed plays of a zone have taken."""

    screen = models.ForeignKey(
        Screen, models.DO_NOTHING, related_name="zone_hours", db_constraint=False, db_index=False
    )
    zone = models.TextField()
    hour = models.IntegerField()
    """Hours since 1970, as the player's clock had it; -1: of all plays whose clock was not to be believed."""
    ms = models.BigIntegerField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("screen", "hour", "zone"), name="zone_hour_once"),)


class Event(models.Model):
    """Something that bears on what was played, such as records that the player lost."""

    id = KeyField(primary_key=True)
    epoch = models.ForeignKey(LedgerEpoch, models.DO_NOTHING, related_name="events", db_constraint=False)
    at = models.DateTimeField()
    what = models.CharField(max_length=20, db_index=True)
    details: Any = ObjectField(default=dict)


class Receipt(models.Model):
    """How far a publication came on a screen, and when."""

    id = KeyField(primary_key=True)
    screen = models.ForeignKey(Screen, models.DO_NOTHING, related_name="receipts", db_constraint=False)
    publication = models.BigIntegerField(db_index=True)
    """Its number; it need not be known here."""
    step = models.CharField(max_length=20)
    at = models.DateTimeField()
    """By the player's clock."""
    details: Any = ObjectField(default=dict)


class CollectorBeat(models.Model):
    """The sign of life of a collector: what the office says of screens is worth no more than its own hearing."""

    name = models.CharField(primary_key=True, max_length=40)
    since = models.DateTimeField(null=True, blank=True)
    """Since when it is connected with the broker; None: it is not."""
    beat_at = models.DateTimeField()
    """When it last wrote this, by its own clock."""


class Alarm(models.Model):
    """Something that a person should look at; the same thing again counts, and opens it again."""

    class Kind(models.TextChoices):
        """What is wrong."""

        FORK = "fork", "台账分叉"
        BROKEN = "broken", "台账不成链"
        GAP = "gap", "台账缺口"
        LOST = "lost", "记录已丢失"
        ODD = "odd", "记录看不懂"
        REFUSED = "refused", "发布被拒绝"
        CLONE = "clone", "同一身份两台机器"
        MALFORMED = "malformed", "消息看不懂"
        STRANGER = "stranger", "没有登记的屏幕"
        QUOTA = "quota", "超出限额"
        DISPLAY = "display", "显示屏看不到画面"
        QUARANTINE = "quarantine", "已发布的素材被隔离"
        DOUBTFUL = "doubtful", "记录不可信"
        UNREADABLE = "unreadable", "保存的数据读不出"
        CHANGED = "changed", "素材被改动"
        AWAY = "away", "屏幕失联"
        SOUND = "sound", "没有声音"

    screen = models.ForeignKey(Screen, models.DO_NOTHING, related_name="alarms", db_constraint=False)
    """It may be one that is not enrolled: look at `screen_id`."""
    kind = models.CharField(max_length=10, choices=Kind)
    key = models.CharField(max_length=100)
    """Tells it from others of its kind on the screen."""
    zh = models.TextField()
    en = models.TextField()
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    times = models.BigIntegerField(default=1)
    closed_at = models.DateTimeField(null=True, blank=True)
    seal = models.CharField(max_length=64, default="")
    """SHA-256 over all else, so that a row that was changed by hand is found; empty: from before there were seals."""

    class Meta:
        constraints = (models.UniqueConstraint(fields=("screen", "kind", "key"), name="alarm_once"),)
        ordering = ("-last_at",)

    def sealed(self) -> str:
        """Returns what its seal has to be."""
        times = [None if at is None else at.astimezone(dt.UTC).isoformat() for at in (
            self.first_at, self.last_at, self.closed_at
        )]  # fmt: skip
        told = [self.pk, self.screen_id, self.kind, self.key, self.zh, self.en, self.times, *times]
        return hashlib.sha256(json.dumps(told, ensure_ascii=False).encode()).hexdigest()
