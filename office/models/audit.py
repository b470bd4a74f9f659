"""Who did what, and what a collector noted: each entry bound to the one before it."""

from django.db import models


class Sequence(models.Model):
    """The last number given of a kind; its row is the lock of everybody who takes the next one."""

    name = models.CharField(primary_key=True, max_length=20)
    value = models.BigIntegerField(default=0)


class ChainedEntry(models.Model):
    """An entry of a chain."""

    number = models.BigIntegerField(primary_key=True)
    at = models.CharField(max_length=40)
    """RFC 3339, as it was hashed."""
    who = models.CharField(max_length=100)
    what = models.CharField(max_length=40)
    """publish, withdraw, enroll, revoke, key, command, …"""
    about = models.TextField(default="{}")
    """A JSON object, as it was hashed."""
    before = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)
    """SHA-256 over the hash before it and this entry's text."""

    class Meta:
        abstract = True
        ordering = ("-number",)


class AuditEntry(ChainedEntry):
    """One thing that somebody did."""

    class Meta(ChainedEntry.Meta):
        pass


class JournalEntry(ChainedEntry):
    """One thing that a collector noted, so that what is deleted later is missed.

    `epoch`: one began; `alarm`: one was raised, opened again or closed; `heads`: how far ledgers were stored.
    """

    class Meta(ChainedEntry.Meta):
        pass
