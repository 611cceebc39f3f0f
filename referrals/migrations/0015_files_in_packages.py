"""Packages carry files, and their bytes lie as they travel, sealed, instead of encrypted again."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import migrations, models

from puskesmas import attachments


def lay_out(apps: Any, _schema_editor: Any) -> None:
    """Write each package's bytes where they are looked for now."""
    folder = Path(settings.DATA_DIR) / "packages"
    for package in apps.get_model("referrals", "Package").objects.select_related("file"):
        package.sha256, package.size = package.file.sha256, package.file.size
        package.save(update_fields=["sha256", "size"])
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{package.uid.hex}.puskesos"
        path.write_bytes(attachments.read(package.file))


class Migration(migrations.Migration):
    dependencies = [("referrals", "0014_reminder")]

    operations = [
        migrations.AddField(
            model_name="package",
            name="sha256",
            field=models.CharField(default="", max_length=64),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="package",
            name="size",
            field=models.PositiveBigIntegerField(default=0),
            preserve_default=False,
        ),
        migrations.AddField("package", "settled_at", models.DateTimeField(null=True)),
        migrations.AddField("package", "removed_at", models.DateTimeField(null=True)),
        migrations.AddField("packageentry", "label", models.CharField(blank=True, max_length=120)),
        migrations.AddField("packageentry", "size", models.PositiveIntegerField(default=0)),
        migrations.AlterField(
            model_name="packageentry",
            name="what",
            field=models.CharField(
                choices=[
                    ("message", "Kiriman"),
                    ("receipt", "Tanda terima"),
                    ("file", "Lampiran"),
                    ("file_receipt", "Tanda terima lampiran"),
                ],
                max_length=12,
            ),
        ),
        migrations.AlterField(
            model_name="packageentry",
            name="outcome",
            field=models.CharField(
                choices=[
                    ("waiting", "Belum dimasukkan"),
                    ("new", "Baru, sudah dimasukkan"),
                    ("known", "Sudah ada sebelumnya"),
                    ("refused", "Tidak bisa diterima"),
                    ("failed", "Gagal, coba lagi"),
                    ("left", "Belum ikut"),
                ],
                default="waiting",
                max_length=7,
            ),
        ),
        migrations.RemoveConstraint("packageentry", "package_entry_once"),
        migrations.AddConstraint(
            "packageentry",
            models.UniqueConstraint(
                fields=("package", "what", "uid", "body_sha256"), name="package_entry_once"
            ),
        ),
        migrations.RunPython(lay_out, migrations.RunPython.noop),
    ]
