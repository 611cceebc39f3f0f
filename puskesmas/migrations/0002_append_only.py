"""History tables refuse UPDATE and DELETE in the database itself."""

from typing import Any

from django.db import migrations

from puskesmas import append_only


def install(apps: Any, schema_editor: Any) -> None:
    append_only.install(schema_editor.connection, append_only.HISTORY)


def remove(apps: Any, schema_editor: Any) -> None:
    append_only.remove(schema_editor.connection, append_only.HISTORY)


class Migration(migrations.Migration):
    dependencies = [("puskesmas", "0001_initial")]
    operations = [migrations.RunPython(install, remove)]
