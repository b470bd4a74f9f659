"""A publication as the office has it after a push: what made-up plays are of, so that the office believes them."""

import datetime as dt
from collections.abc import Iterable, Mapping


def publish(number: int, playlists: Mapping[str, str], media: Iterable[str], before: dt.datetime) -> None:
    """Makes a publication for every screen, and lets screens and it be there since a day before `before`.

    `playlists` has zones by SHA-256, `media` SHA-256 alone. Django has to be set up.
    """
    from office.models import Assignment, Media, Playlist, Publication, PublishedMedia, Screen

    since = before - dt.timedelta(days=1)
    Screen.objects.update(enrolled_at=since)
    made = Publication.objects.create(number=number, line=f"bench {number}", state="published", published_at=since)
    for sha256, zone in playlists.items():
        Playlist.objects.create(publication=made, name=sha256, zone=zone, rank="normal", sha256=sha256, text="")
    for sha256 in media:
        Media.objects.get_or_create(sha256=sha256, defaults={"size_bytes": 1, "kind": "image"})
        PublishedMedia.objects.create(publication=made, name=sha256, media_id=sha256)
    Assignment.objects.create(publication=made, aim="all").aimed_at.set(Screen.objects.all())
