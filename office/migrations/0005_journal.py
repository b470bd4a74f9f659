"""A journal of what collectors note, so that what is deleted later is missed."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("office", "0004_plays_presented_and_doubt")]

    operations = [
        migrations.CreateModel(
            name="JournalEntry",
            fields=[
                ("number", models.BigIntegerField(primary_key=True, serialize=False)),
                ("at", models.CharField(max_length=40)),
                ("who", models.CharField(max_length=100)),
                ("what", models.CharField(max_length=40)),
                ("about", models.TextField(default="{}")),
                ("before", models.CharField(max_length=64)),
                ("hash", models.CharField(max_length=64)),
            ],
            options={"ordering": ("-number",), "abstract": False},
        ),
        migrations.AddField(model_name="ledgerepoch", name="noted", field=models.BigIntegerField(default=0)),
        migrations.AddField(model_name="alarm", name="seal", field=models.CharField(default="", max_length=64)),
    ]
