from typing import Any

from django.db import migrations, models


def mail_partners(apps: Any, schema_editor: Any) -> None:
    """Partners were told apart by their direction only."""
    peers = apps.get_model("puskesmas", "Peer").objects
    peers.filter(direction="partner").update(transport="email")


class Migration(migrations.Migration):
    dependencies = [
        ("puskesmas", "0006_partners"),
    ]

    operations = [
        migrations.AddField(
            model_name="peer",
            name="transport",
            field=models.CharField(
                choices=[
                    ("http", "lewat jaringan"),
                    ("local", "di server yang sama"),
                    ("email", "lewat surel"),
                ],
                default="http",
                max_length=10,
            ),
        ),
        migrations.RunPython(mail_partners, migrations.RunPython.noop),
    ]
