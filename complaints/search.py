"""The search box finds cases by their whole receipt number; people search shows running cases."""

from django.urls import reverse
from django.utils.translation import gettext as _

from complaints import receipts
from complaints.models import Complaint
from complaints.selectors import READERS, cases, live_receipts, questions
from puskesmas.actors import Actor
from puskesmas.searching import Hit
from registry.models import Resident


def find(text: str, actor: Actor) -> list[Hit]:
    """Return the case or question with this receipt number, spaces and dashes aside."""
    number = receipts.normalise(text)
    if not receipts.is_wellformed(number) or not actor.has(*READERS):
        return []
    found = cases(actor).select_related("subject__canonical", "kind").filter(receipt_number=number)
    hits = [
        Hit(
            url=reverse("complaints:case", args=[case.uid]),
            title=receipts.shown(number),
            detail=f"{case.person.name} · {case.kind} · {case.get_state_display()}",
            kind=_("Perkara"),
            exact=True,
        )
        for case in found
    ]
    return hits or [
        Hit(
            url=reverse("complaints:question", args=[question.uid]),
            title=receipts.shown(number),
            detail=str(question.kind),
            kind=_("Pertanyaan"),
            exact=True,
        )
        for question in questions(actor).select_related("kind").filter(receipt_number=number)
    ]


def badges(actor: Actor, residents: list[Resident]) -> dict[int, list[dict[str, str]]]:
    """Return "a case is running" for each person who has one, told to who may read cases."""
    if not actor.has(*READERS):
        return {}
    return {
        pk: [
            {
                "label": _("Ada perkara berjalan: %(number)s") % {"number": receipts.shown(number)},
                "tone": "emergency" if urgency == Complaint.Urgency.EMERGENCY else "warning",
            }
            for number, urgency in running
        ]
        for pk, running in live_receipts(residents, actor=actor).items()
    }
