"""Candidates' lists are drawn by the worker like those of a distribution."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("programs", "0008_partners")]

    operations = [
        migrations.RenameModel("DistributionPrint", "ListPrint"),
        migrations.AlterField(
            "listprint",
            "distribution",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="prints",
                to="programs.distribution",
            ),
        ),
        migrations.AddField(
            "listprint",
            "call",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="prints",
                to="programs.call",
            ),
        ),
        migrations.AlterField(
            "listprint",
            "what",
            models.CharField(
                choices=[
                    ("attendance", "Daftar hadir"),
                    ("tickets", "Kupon"),
                    ("candidates", "Daftar calon"),
                ],
                max_length=10,
            ),
        ),
        migrations.AddConstraint(
            "listprint",
            models.CheckConstraint(
                condition=models.Q(call__isnull=True, distribution__isnull=False)
                | models.Q(call__isnull=False, distribution__isnull=True),
                name="print_of_one_list",
            ),
        ),
    ]
