"""The alarms that are open, out of the database, with what people call their screens."""

import msgspec
from django.db.models import Window
from django.db.models.functions import RowNumber

from office.console.alarm_groups import OF_PUBLICATION, AlarmGroup, AlarmNames, OpenAlarm, grouped
from office.models import Alarm, Publication, Screen
from office.stored import readable, sound
from signage.errors import Words

MOST_READ = 2000
"""The newest of them; of one screen each before the second of any other, so that none hides the others."""


class OpenAlarms(msgspec.Struct, frozen=True):
    """All of them."""

    groups: tuple[AlarmGroup, ...] = ()
    count: int = 0
    screens: frozenset[str] = frozenset()
    """Those that have one."""


def read_open_alarms() -> OpenAlarms:
    """Returns the open alarms by their causes; one that cannot be read is counted and not shown."""
    count = Alarm.objects.filter(closed_at=None).count()
    if not count:
        return OpenAlarms()
    among_its_own = Window(RowNumber(), partition_by="screen_id", order_by=("-last_at", "-id"))
    rows = Alarm.objects.filter(closed_at=None).annotate(nth=among_its_own).order_by("nth", "-last_at", "-id")
    alarms, _ = readable(rows[:MOST_READ], _alarm, lambda alarm: alarm.screen_id)
    titles = dict(Screen.objects.values_list("id", "title"))
    numbers = {int(cause) for each in alarms if each.kind in OF_PUBLICATION and (cause := _cause(each)).isdecimal()}
    lines = dict(Publication.objects.filter(number__in=numbers).values_list("number", "line"))
    kinds = {str(kind): str(label) for kind, label in Alarm.Kind.choices}
    names = AlarmNames(screens=titles, kinds=kinds, publications=lines)
    return OpenAlarms(grouped(alarms, names), count, frozenset(each.screen for each in alarms))


def _cause(alarm: OpenAlarm) -> str:
    cause = alarm.key.partition(":")[0]
    return cause if len(cause) < 10 else ""


def _alarm(alarm: Alarm) -> OpenAlarm:
    sound(alarm.last_at)
    return OpenAlarm(
        number=alarm.pk, screen=str(alarm.screen_id), kind=str(alarm.kind), key=str(alarm.key), at=alarm.last_at,
        times=alarm.times, words=Words(str(alarm.zh), str(alarm.en)),
    )  # fmt: skip
