"""Where screens stood from when on, the sign of life of collectors, and alarms for screens that are away."""

from typing import Any

import django.db.models.deletion
from django.db import migrations, models

KINDS = [
    ("fork", "台账分叉"), ("broken", "台账不成链"), ("gap", "台账缺口"), ("lost", "记录已丢失"), ("odd", "记录看不懂"),
    ("refused", "发布被拒绝"), ("clone", "同一身份两台机器"), ("malformed", "消息看不懂"),
    ("stranger", "没有登记的屏幕"), ("quota", "超出限额"), ("display", "显示屏看不到画面"),
    ("quarantine", "已发布的素材被隔离"), ("doubtful", "记录不可信"),
    ("unreadable", "保存的数据读不出"), ("changed", "素材被改动"), ("away", "屏幕失联"),
]  # fmt: skip


def note_where_screens_stand(apps: Any, _editor: Any) -> None:
    """Writes down where each screen stands; so it is for all that it played before."""
    screens = apps.get_model("office", "Screen").objects.select_related("site")
    place = apps.get_model("office", "ScreenPlace")
    place.objects.bulk_create(
        place(
            screen=screen, since=screen.enrolled_at, site=screen.site, kind=screen.site.kind if screen.site else "",
            village_id=screen.site.village_id if screen.site else None,
        )
        for screen in screens.order_by("id").only("id", "enrolled_at", "site__kind", "site__village")
    )  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("office", "0005_journal")]

    operations = [
        migrations.CreateModel(
            name="CollectorBeat",
            fields=[
                ("name", models.CharField(max_length=40, primary_key=True, serialize=False)),
                ("since", models.DateTimeField(blank=True, null=True)),
                ("beat_at", models.DateTimeField()),
            ],
        ),
        migrations.AlterField("alarm", "kind", models.CharField(choices=KINDS, max_length=10)),
        migrations.CreateModel(
            name="ScreenPlace",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("since", models.DateTimeField()),
                ("kind", models.CharField(blank=True, max_length=50)),
                (
                    "screen",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="places", to="office.screen"
                    ),
                ),
                (
                    "site",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+",
                        to="office.site",
                    ),
                ),
                (
                    "village",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+",
                        to="office.village",
                    ),
                ),
            ],
            options={"ordering": ("screen", "since", "id")},
        ),
        migrations.RunPython(note_where_screens_stand, migrations.RunPython.noop),
    ]  # fmt: skip
