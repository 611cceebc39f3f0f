"""Two houses of a demo office: one surveyed by its kasun with drawn photos, one still to visit.

The photos are drawings: no house of anybody. The second case's sheet may be printed and typed.
"""

import io
from random import Random
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw

from complaints.models import Complaint, ComplaintPaper, HouseVisit, VisitPhoto
from complaints.verification import papers, services
from complaints.workflow import CaseState
from puskesmas.actors import Actor
from puskesmas.models import Office, Role
from registry.models import CriteriaSet
from registry.selectors import is_family
from registry.separation import holders_of

_SET = "262-2022"
_ANSWERS = ("yes", "yes", "no", "unknown")
_SKY, _GRASS, _WALL, _ROOF, _WOOD = "#bcd9ea", "#8fae6b", "#d9c7a3", "#9c4a32", "#6b4a2f"


def load(office: Office) -> None:
    """Give a demo office its visits; one that has some, or no case to verify, stays as it is."""
    holders = holders_of(office, Role.BACK)
    criteria = CriteriaSet.objects.filter(office=office, code=_SET).first()
    if not holders or criteria is None or HouseVisit.objects.filter(office=office).exists():
        return
    back = Actor.of(holders[0], office)
    found = [case for case in _cases(office) if not is_family(back.user, case.person)][:2]
    for place, case in enumerate(found):
        visit = services.plan_visit(actor=back, uid=case.uid, criteria_set=criteria)
        if place == 0:
            _walk(visit, back)
            _refuse_one(case, back)


def _cases(office: Office) -> Any:
    waiting = (CaseState.IN_VERIFICATION, CaseState.REGISTERED)
    rows = Complaint.objects.filter(office=office, state__in=waiting, kind__sensitive=False)
    return rows.select_related("subject__canonical", "kind").order_by("-state", "pk")[:8]


def _walk(visit: HouseVisit, back: Actor) -> None:
    walker = Actor.of(visit.assigned_to, visit.office) if visit.assigned_to else back
    rng = Random(str(visit.office.code))  # noqa: S311 (a repeatable draw, not a secret one)
    codes = [criterion["code"] for criterion in visit.criteria_set.criteria]
    services.save_answers(
        actor=walker,
        uid=visit.uid,
        answers={code: rng.choice(_ANSWERS) for code in codes} | {codes[0]: "no"},
        answered_by="kepala keluarga",
    )
    for side in VisitPhoto.Side.values[:5]:
        services.add_photo(actor=walker, uid=visit.uid, side=side, photo=drawing(side))
    services.save_economy(
        actor=walker,
        uid=visit.uid,
        income=1_250_000,
        spending=1_400_000,
        members=4,
        earners=1,
        source="keterangan kepala keluarga",
    )
    services.finish_visit(
        actor=walker,
        uid=visit.uid,
        visited_on=visit.office.today(),
        surveyor_name=walker.officer.name,
    )


def _refuse_one(case: Complaint, back: Actor) -> None:
    paper = case.papers.filter(status=ComplaintPaper.Status.SEEN).order_by("pk").first()
    if paper is not None:
        papers.review_paper(
            actor=back,
            uid=case.uid,
            code=paper.code,
            review=ComplaintPaper.Review.REPLACE,
            fault=ComplaintPaper.Fault.UNREADABLE,
            note="Fotokopinya kabur, bawa yang jelas",
        )


def drawing(side: str) -> SimpleUploadedFile:
    """Return a drawn "photo" of one side of a house that says where it was taken."""
    image = Image.new("RGB", (640, 480), _SKY if side not in {"inside", "toilet"} else _WALL)
    pen = ImageDraw.Draw(image)
    if side == "inside":
        pen.rectangle((0, 360, 640, 480), fill=_WOOD)
        pen.rectangle((380, 120, 520, 260), fill=_SKY, outline=_WOOD, width=8)
        pen.rectangle((80, 290, 300, 370), fill="#b98b5e", outline=_WOOD, width=6)
    elif side == "toilet":
        pen.rectangle((0, 380, 640, 480), fill="#b5b5b0")
        pen.ellipse((240, 330, 400, 440), fill="white", outline="#8a8a85", width=8)
    else:
        pen.rectangle((0, 380, 640, 480), fill=_GRASS)
        pen.rectangle((150, 220, 490, 400), fill=_WALL, outline=_WOOD, width=5)
        pen.polygon([(120, 220), (320, 90), (520, 220)], fill=_ROOF)
        if side == "front":
            pen.rectangle((285, 280, 355, 400), fill=_WOOD)
        pen.rectangle((185, 270, 245, 330), fill=_SKY, outline=_WOOD, width=5)
    exif = Image.Exif()
    exif[0x8825] = {1: "S", 2: (8.0, 7.0, 24.0), 3: "E", 4: (113.0, 42.0, 0.0)}
    out = io.BytesIO()
    image.save(out, "JPEG", quality=80, exif=exif)
    return SimpleUploadedFile(f"{side}.jpg", out.getvalue(), content_type="image/jpeg")
