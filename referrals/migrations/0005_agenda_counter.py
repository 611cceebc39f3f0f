from django.db import migrations, models


def fill(apps, schema_editor):
    """From the number as shown: "2026/00042"."""
    rows = apps.get_model("referrals", "ReceivedReferral").objects
    for row in rows.only("number").iterator():
        year, _slash, counter = row.number.partition("/")
        rows.filter(pk=row.pk).update(year=int(year), counter=int(counter))


class Migration(migrations.Migration):
    dependencies = [
        ("referrals", "0004_letters_of_cases"),
    ]

    operations = [
        migrations.AddField(
            model_name="receivedreferral",
            name="counter",
            field=models.PositiveIntegerField(default=0),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="receivedreferral",
            name="year",
            field=models.PositiveSmallIntegerField(default=0),
            preserve_default=False,
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="receivedreferral",
            constraint=models.UniqueConstraint(
                fields=("office", "year", "counter"), name="agenda_counted_once"
            ),
        ),
    ]
