"""Publications: what two people signed, and which screens are to show it."""

from django.db import models

from office.models.fleet import Screen


class Media(models.Model):
    """Bytes that were published once; they lie in the repository under their hash."""

    sha256 = models.CharField(primary_key=True, max_length=64)
    size_bytes = models.BigIntegerField()
    kind = models.CharField(max_length=10)
    """image, video or audio, by the name's ending."""
    added_at = models.DateTimeField(auto_now_add=True)


class Publication(models.Model):
    """One signed delivery: playlists and the media they show."""

    class State(models.TextChoices):
        """How it stands with a publication."""

        DRAFT = "draft", "草稿"
        PUBLISHED = "published", "已发布"
        SUPERSEDED = "superseded", "已被替换"
        """Newer ones of its line took its last screen."""
        WITHDRAWN = "withdrawn", "已撤回"

    number = models.BigIntegerField(primary_key=True)
    line = models.CharField("名称", max_length=100)
    """Publications of the same line follow each other on a screen; the name of the pushed folder."""
    state = models.CharField(max_length=12, choices=State, default=State.DRAFT)
    author = models.CharField(max_length=50)
    approver = models.CharField(max_length=50)
    created_at = models.DateTimeField(auto_now_add=True)
    published_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    calendar_sha256 = models.CharField(max_length=64, blank=True)
    """Of its calendar, when it has one."""
    signed = models.BooleanField(default=True)
    """Whether its files stand in the signed list still; the next signature drops those of a publication that ended."""

    class Meta:
        ordering = ("-number",)

    def __str__(self) -> str:
        return f"{self.number} {self.line}"


class Playlist(models.Model):
    """One playlist of a publication."""

    publication = models.ForeignKey(Publication, models.CASCADE, related_name="playlists")
    name = models.CharField(max_length=240)
    """Its stem, unique in the publication."""
    title = models.CharField(max_length=200, blank=True)
    zone = models.CharField(max_length=50)
    rank = models.CharField(max_length=10)
    sha256 = models.CharField(max_length=64)
    text = models.TextField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("publication", "name"), name="playlist_once"),)
        ordering = ("name",)


class PublishedMedia(models.Model):
    """A file of a publication, under the name that playlists write."""

    publication = models.ForeignKey(Publication, models.CASCADE, related_name="files")
    name = models.CharField(max_length=480)
    media = models.ForeignKey(Media, models.PROTECT, related_name="published")

    class Meta:
        constraints = (models.UniqueConstraint(fields=("publication", "name"), name="published_media_once"),)
        ordering = ("name",)


class Assignment(models.Model):
    """Where a publication is aimed, and which screens show it for that reason."""

    publication = models.ForeignKey(Publication, models.CASCADE, related_name="assignments")
    aim = models.CharField(max_length=200)
    """As it was typed: `screen:ID`, `site:…`, `village:…`, `kind:…`, `tag:…` or `all`."""
    aimed_at = models.ManyToManyField(Screen, related_name="aimed", blank=True)
    """Every screen that the aim ever met; whose receipts are waited for."""
    screens = models.ManyToManyField(Screen, related_name="assignments", blank=True)
    """Those that are to show it now: fewer when newer publications of its line, or a withdrawal, took them."""

    class Meta:
        constraints = (models.UniqueConstraint(fields=("publication", "aim"), name="aim_once"),)
