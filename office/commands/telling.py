"""Tells the screens of a new head, and whoever sits here when nobody heard it."""

from office.place import Place
from office.voice import UnheardError, say_head


def tell_head(place: Place) -> None:
    """Says the newest head; a broker that does not take it is no fault, for screens look by themselves."""
    try:
        say_head(place)
    except UnheardError as fault:
        print(f"{fault}\n屏幕会在 15 分钟内自己发现 · screens will find out by themselves within 15 minutes")
