"""Take the attachments of packages away, once their bytes lie elsewhere.

Apart from the step before: PostgreSQL alters no table whose rows changed in the same transaction.
"""

from typing import Any

from django.db import migrations

from puskesmas import attachments


def forget(apps: Any, _schema_editor: Any) -> None:
    """Delete the attachments, which no other file is of the type of."""
    rows = apps.get_model("puskesmas", "Attachment").objects.filter(
        media_type="application/octet-stream"
    )
    for row in rows:
        attachments.path_of(row.uid).unlink(missing_ok=True)
    rows.delete()


class Migration(migrations.Migration):
    dependencies = [("referrals", "0015_files_in_packages")]

    operations = [
        migrations.RemoveField("package", "file"),
        migrations.RunPython(forget, migrations.RunPython.noop),
    ]
