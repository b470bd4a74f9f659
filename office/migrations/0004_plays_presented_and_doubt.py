"""Plays say how they were presented and why they are not believed. Of those that are here already nothing is known."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("office", "0003_alarm_kinds")]

    operations = [
        migrations.AlterField(
            model_name="screen", name="enrolled_at", field=models.DateTimeField(default=django.utils.timezone.now)
        ),
        migrations.AddField(
            model_name="play",
            name="presented",
            field=models.SmallIntegerField(
                choices=[
                    (0, "不清楚"),
                    (1, "看得到"),
                    (2, "屏幕不亮"),
                    (3, "被遮住"),
                    (4, "没有显示屏"),
                    (5, "无窗口运行"),
                ],
                default=0,
            ),
        ),
        migrations.AddField(model_name="play", name="doubt", field=models.SmallIntegerField(default=0)),
        migrations.CreateModel(
            name="ZoneHour",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("zone", models.TextField()),
                ("hour", models.IntegerField()),
                ("ms", models.BigIntegerField()),
                (
                    "screen",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="zone_hours",
                        to="office.screen",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="zonehour",
            constraint=models.UniqueConstraint(fields=("screen", "hour", "zone"), name="zone_hour_once"),
        ),
    ]
