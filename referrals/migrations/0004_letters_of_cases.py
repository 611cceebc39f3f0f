"""Letters of cases learn their case: those of confidential ones must not be read by everyone."""

from django.db import migrations


def fill(apps, schema_editor):
    """From the receipt number each surat rujukan prints."""
    cases = apps.get_model("complaints", "Complaint").objects
    revisions = apps.get_model("letters", "LetterRevision").objects
    for revision in revisions.filter(letter__kind="rujukan").select_related("letter").iterator():
        number = revision.context["body"]["case"].replace(" ", "")
        case = cases.filter(receipt_number=number, office_id=revision.letter.office_id).first()
        if case:
            revision.letter.matter_uid = case.uid
            revision.letter.save(update_fields=["matter_uid"])


class Migration(migrations.Migration):
    dependencies = [
        ("referrals", "0003_searching_the_inbox"),
        ("complaints", "0002_initial"),
        ("letters", "0002_letter_matter"),
    ]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
