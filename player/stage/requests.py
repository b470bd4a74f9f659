"""What a slot asks of the decoders.

Rule: pure; a slot goes in, requests come out.
"""

from player.decode.protocol import ShowCard, ShowFile, ShowStrip, Target
from signage.media import Media
from signage.slot import Card, Slot


def picture_request(slot: Slot, target: Target, request: int, sound: bool) -> ShowFile | ShowCard | None:
    """Gives what is to be seen of a slot; with `sound` a video's PCM comes with it. None: nothing is to be seen."""
    match slot.kind:
        case "image" | "video" if slot.media is not None:
            return _file(slot, slot.media, target, request, sound=sound and slot.kind == "video")
        case "card" if slot.card is not None:
            return ShowCard(request=request, card=slot.card, target=target)
        case "audio" if slot.picture is not None:
            return _file(slot, slot.picture, target, request, sound=False)
        case "audio" if slot.card is not None:
            return ShowCard(request=request, card=slot.card, target=target)
        case "audio":
            return ShowCard(request=request, card=Card(template="broadcast", title=slot.playlist), target=target)
        case _:
            return None


def sound_request(slot: Slot, target: Target, request: int) -> ShowFile | None:
    """Gives what is to be heard of an audio slot; None for all others."""
    if slot.kind != "audio" or slot.media is None:
        return None
    return _file(slot, slot.media, target, request, sound=True)


def strip_request(slot: Slot, target: Target, request: int, length_px: int, em_px: int) -> ShowStrip | None:
    """Gives the strip of a ticker slot; None for all others."""
    if slot.strip is None:
        return None
    return ShowStrip(request=request, text=slot.strip.text, length_px=length_px, em_px=em_px, target=target)


def wants_sound(slot: Slot) -> bool:
    """Says whether a slot is heard at all."""
    if slot.muted or slot.volume <= 0 or slot.media is None:
        return False
    return slot.kind == "audio" or (slot.kind == "video" and slot.media.facts.has_sound)


def is_still(slot: Slot) -> bool:
    """Says whether one frame is all that a slot ever shows."""
    match slot.kind:
        case "card":
            return True
        case "image":
            return slot.media is None or slot.media.facts.duration_s <= 0.0
        case "audio":
            return slot.picture is None or slot.picture.facts.duration_s <= 0.0
        case _:
            return False


def frame_interval_s(slot: Slot) -> float:
    """Gives the mean time from one frame to the next; 1/30 s where the facts do not say."""
    media = slot.picture if slot.kind == "audio" else slot.media
    rate = media.facts.frame_rate if media is not None else 0.0
    return 1.0 / rate if 1.0 <= rate <= 240.0 else 1.0 / 30.0


def _file(slot: Slot, media: Media, target: Target, request: int, *, sound: bool) -> ShowFile:
    return ShowFile(
        request=request,
        path=media.path,
        sha256=media.sha256,
        kind=media.facts.kind,
        target=Target(
            width_px=target.width_px,
            height_px=target.height_px,
            rotate=target.rotate,
            fit=slot.fit,
            background=target.background,
            margin=target.margin,
        ),
        duration_s=slot.planned_s,
        loop_s=media.facts.duration_s,
        sound=sound,
    )
