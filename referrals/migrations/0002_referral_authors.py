from django.conf import settings
from django.db import migrations, models


def fill(apps, schema_editor):
    """Those known so far: the first author and the one who submitted last."""
    referral = apps.get_model("referrals", "Referral")
    for row in referral.objects.only("drafted_by", "submitted_by").iterator():
        row.authors.add(row.drafted_by_id, row.submitted_by_id)


class Migration(migrations.Migration):
    dependencies = [
        ("referrals", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="referral",
            name="authors",
            field=models.ManyToManyField(related_name="+", to=settings.AUTH_USER_MODEL),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
