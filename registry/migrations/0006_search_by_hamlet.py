"""Search by hamlet too, and let indexes give the living first among many namesakes."""

from django.db import migrations, models


def fill(apps, _schema_editor):
    Resident = apps.get_model("registry", "Resident")
    SearchTerm = apps.get_model("registry", "SearchTerm")
    hamlets = Resident.objects.exclude(dusun="").order_by().values_list("office_id", "dusun")
    SearchTerm.objects.bulk_create(
        [
            SearchTerm(office_id=office, kind="dusun", text=dusun)
            for office, dusun in hamlets.distinct()
        ],
        ignore_conflicts=True,
    )


class Migration(migrations.Migration):
    dependencies = [("registry", "0005_criteria_and_surveys")]
    operations = [
        migrations.AlterField(
            "searchterm",
            "kind",
            models.CharField(
                choices=[("name", "Nama"), ("address", "Alamat"), ("dusun", "Dusun")],
                max_length=8,
            ),
        ),
        migrations.RemoveIndex("resident", "resident_name"),
        migrations.RemoveIndex("resident", "resident_address"),
        migrations.AddIndex(
            "resident",
            models.Index(fields=["office", "name_key", "life"], name="resident_name"),
        ),
        migrations.AddIndex(
            "resident",
            models.Index(fields=["office", "address_key", "life"], name="resident_address"),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
