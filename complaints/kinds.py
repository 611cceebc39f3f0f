"""The kinds of matter an office starts with; an office edits its own copy."""

from complaints.models import ComplaintKind
from puskesmas.models import Office, TimeLimit

Code = TimeLimit.Code

#: code, Indonesian name, English name, limit its clock runs on, confidential.
STARTER = (
    ("question", "Pertanyaan", "Question", Code.INFORMATION, False),
    ("programme", "Kebutuhan program", "Request for a programme", Code.NO_FIELD_CHECK, False),
    ("service", "Pengaduan pelaksanaan", "Complaint about a programme", Code.NO_FIELD_CHECK, False),
    ("data", "Perbaikan data", "Correction of data", Code.NO_FIELD_CHECK, False),
    ("batch", "Usulan RT/RW", "Proposal from RT/RW", Code.FIELD_CHECK, False),
    ("suggestion", "Saran", "Suggestion", Code.INFORMATION, False),
    (
        "protection",
        "Kekerasan dan perlindungan",
        "Violence and protection",
        Code.FIRST_ANSWER,
        True,
    ),
    ("other", "Lain-lain", "Other", Code.NO_FIELD_CHECK, False),
)


def load_kinds(office: Office) -> int:
    """Give an office the starter kinds; return how many are new. It may run again."""
    held = set(ComplaintKind.objects.filter(office=office).values_list("code", flat=True))
    rows = [
        ComplaintKind(
            office=office,
            code=code,
            name_id=name_id,
            name_en=name_en,
            limit=limit,
            sensitive=sensitive,
            order=order,
        )
        for order, (code, name_id, name_en, limit, sensitive) in enumerate(STARTER)
        if code not in held
    ]
    ComplaintKind.objects.bulk_create(rows)
    return len(rows)
