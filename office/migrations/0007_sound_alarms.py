"""Alarms for screens that nobody can hear."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("office", "0006_places_and_beats"),
    ]

    operations = [
        migrations.AlterField(
            model_name="alarm",
            name="kind",
            field=models.CharField(
                choices=[
                    ("fork", "台账分叉"),
                    ("broken", "台账不成链"),
                    ("gap", "台账缺口"),
                    ("lost", "记录已丢失"),
                    ("odd", "记录看不懂"),
                    ("refused", "发布被拒绝"),
                    ("clone", "同一身份两台机器"),
                    ("malformed", "消息看不懂"),
                    ("stranger", "没有登记的屏幕"),
                    ("quota", "超出限额"),
                    ("display", "显示屏看不到画面"),
                    ("quarantine", "已发布的素材被隔离"),
                    ("doubtful", "记录不可信"),
                    ("unreadable", "保存的数据读不出"),
                    ("changed", "素材被改动"),
                    ("away", "屏幕失联"),
                    ("sound", "没有声音"),
                ],
                max_length=10,
            ),
        ),
    ]
