"""One small world, made by the verbs alone: what every URL of the program can be tried on.

The village has a family, cases in several states, a paper with its file, referrals before the
approver and at the district, an SKTM, a question, a list; the district what it received. In another
village and another district somebody holds every post, and none of this is theirs.
"""

import io
import uuid
from dataclasses import dataclass
from datetime import time, timedelta
from typing import Any

import pikepdf
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image

from complaints import services as complaints
from complaints.models import (
    Complaint,
    ComplaintKind,
    ComplaintPaper,
    CounterQuestion,
    HouseVisit,
)
from complaints.verification.services import plan_visit
from programs import printing
from programs.calls import services as calls
from programs.catalogue import services as catalogue
from programs.distribution import handing
from programs.distribution import services as distribution
from programs.models import (
    AidRecipient,
    Call,
    Candidate,
    Distribution,
    DistributionSlot,
    ListPrint,
    Overlap,
    Participation,
    Partner,
    PartnerAgreement,
    Programme,
    ProgrammeVersion,
)
from programs.services import record_participation
from puskesmas import attachments, furnishing, outbox, transports
from puskesmas.actors import Actor
from puskesmas.models import ApiToken, Assignment, Office, OutboxMessage, Peer, Role, User
from puskesmas.office_keys import keys_of
from puskesmas.officers import issue_token
from referrals import exchange
from referrals.calls import services as issued_calls
from referrals.models import (
    CallShare,
    ChainRule,
    Difference,
    IssuedCall,
    Package,
    PartnerKey,
    Quota,
    RealisationSheet,
    ReceivedFile,
    ReceivedReferral,
    Referral,
    Supervision,
    VervalShare,
    VervalSheet,
)
from referrals.packages import cards, kept
from referrals.packages import services as packages
from referrals.partners import keys
from referrals.quotas.services import set_quota
from referrals.realised import services as realisations
from referrals.reconciliation.workflow import Kind
from referrals.services import approval, linking
from referrals.verval import services as verval_sheets
from registry import services as registry
from registry.criteria import services as criteria
from registry.imports import pieces
from registry.imports import services as imports
from registry.letters import SktmFacts, issue_sktm
from registry.models import (
    AnswerFile,
    CriteriaSet,
    Household,
    Import,
    Likeness,
    Meeting,
    Proposal,
    Register,
    Resident,
    Sheet,
    Survey,
    VervalList,
    VervalRow,
)
from registry.proposals import answers, meetings, minutes, sheets
from registry.proposals import services as proposals
from registry.registers.letters import ListingFacts, issue_listing
from registry.verval import services as verval
from reports.figures.documents import services as reports
from reports.figures.models import Report, ReportAction
from reports.figures.periods import Period
from reports.letters.codes import shown
from reports.letters.drafts import keep_draft
from reports.letters.models import Letter, LetterDraft
from reports.letters.selectors import last_revision, signers
from reports.letters.selectors import letter as find_letter
from reports.letters.services import render_revision
from tests.cast import PASSWORD, SINCE, Cast, make_cast

#: Own numbers for the world's people, of the unassigned kecamatan 350999.
NIK, CHILD_NIK, KK = "3509994507800011", "3509990101100012", "3509990101150011"

#: Posts of the other village and the other district that the cast does not fill.
STRANGERS = {
    "stranger_facilitator": ("other_village", Role.FACILITATOR),
    "stranger_head": ("other_village", Role.HEAD),
    "stranger_kasun": ("other_village", Role.KASUN),
    "stranger_admin": ("other_village", Role.ADMIN),
    "stranger_supervisor": ("other_district", Role.SUPERVISOR),
    "stranger_manager": ("other_district", Role.MANAGER),
    "stranger_district_back": ("other_district", Role.DISTRICT_BACK),
    "stranger_district_front": ("other_district", Role.DISTRICT_FRONT),
    "stranger_district_admin": ("other_district", Role.ADMIN),
}


@dataclass(frozen=True)
class World:
    """The rows a URL may need. ``case`` is being handled, ``fresh`` just registered.

    ``referral`` waits for the approver (of ``referred``), ``sent`` is at the district (of
    ``gone``), where it is ``received``; ``carried`` is the file it was put in before, ``brought``
    the same at the district, not taken in. ``upstream`` is the village's row of the district,
    ``difference`` what its list and the village's say differently of ``sent``.
    ``helping`` went to ``partner`` (of ``helped``), whose page ``partner_code`` opens. ``letter``
    is numbered and printed, not signed; ``listing`` too, and says what a register says.
    """

    cast: Cast
    person: Resident
    child: Resident
    household: Household
    fresh: Complaint
    case: Complaint
    referred: Complaint
    gone: Complaint
    helped: Complaint
    paper: ComplaintPaper
    visit: HouseVisit
    referral: Referral
    sent: Referral
    helping: Referral
    partner_code: str
    received: ReceivedReferral
    upstream: Peer
    carried: Package
    brought: Package
    difference: Difference
    received_file: ReceivedFile
    letter: Letter
    letter_draft: LetterDraft
    listing: Letter
    register: Register
    verval: VervalList
    door: VervalRow
    call: Call
    waiting_call: Call
    handed_call: Call
    candidate: Candidate
    chosen: Candidate
    pkh: Programme
    kip: Programme
    participation: Participation
    overlap: Overlap
    draft_aid: Distribution
    aid: Distribution
    closed_aid: Distribution
    aid_print: ListPrint
    call_print: ListPrint
    slot: DistributionSlot
    named_aid: AidRecipient
    waiting_aid: AidRecipient
    taken_aid: AidRecipient
    struck_aid: AidRecipient
    draft: ProgrammeVersion
    partner: Partner
    agreement: PartnerAgreement
    question: CounterQuestion
    batch: Import
    likeness: Likeness
    survey: Survey
    proposal: Proposal
    sent_proposal: Proposal
    meeting: Meeting
    sheet: Sheet
    answers: AnswerFile
    minutes: Letter
    token: ApiToken
    post: Assignment
    rule: ChainRule
    quota: Quota
    cards: RealisationSheet
    report: Report
    action: ReportAction
    verval_sheet: VervalSheet
    share: VervalShare
    issued_call: IssuedCall
    call_share: CallShare

    @property
    def officer(self) -> User:
        """Somebody of the village whom its administrator looks after."""
        return self.cast.users["facilitator"]

    @property
    def supervisor(self) -> User:
        """Who reviews the village's files for the kecamatan."""
        return self.cast.users["supervisor"]


def build() -> World:
    """Make the world. The caller is in a transaction, or in a test's database."""
    cast = make_cast()
    _strangers(cast)
    for office in (cast.village, cast.other_village):
        furnishing.furnish(office)
    _link(cast)
    person, child = _family(cast)
    # One live referral per person and programme: what waits for the approver, and what went to a
    # partner, are neighbours'.
    neighbours = [_neighbour(cast, name) for name in ("Marwati Ningsih", "Suyitno Ningsih")]
    about = (person, person, neighbours[0], person, neighbours[1])
    cases = (_case(cast, one, place) for place, one in enumerate(about))
    fresh, case, referred, gone, helped = cases
    paper = complaints.attach_paper(
        actor=cast.actor("front"), uid=case.uid, code="kk", upload=picture()
    )
    complaints.new_paper(case, "sptjm", status="missing", mandatory=False).save()
    for row in (case, referred, gone, helped):
        _examined(cast, row)
    referral, sent = _drafted(cast, referred), _drafted(cast, gone)
    approval.approve(actor=cast.actor("koordinator"), uid=sent.uid)
    carried, brought = _carried(cast)
    deliver()
    visit = plan_visit(
        actor=cast.actor("back"),
        uid=fresh.uid,
        criteria_set=CriteriaSet.objects.get(office=cast.village, code="262-2022"),
    )
    made = _catalogue(cast)
    helping, code = _to_partner(cast, helped, made["partner"])
    rows = {"fresh": fresh, "case": case, "referred": referred, "gone": gone, "helped": helped}
    for row in (*rows.values(), referral, sent, person, child):
        row.refresh_from_db()
    return World(
        cast=cast,
        person=person,
        child=child,
        household=Household.objects.get(),
        paper=paper,
        visit=visit,
        referral=referral,
        sent=sent,
        helping=helping,
        partner_code=code,
        received=ReceivedReferral.objects.get(),
        upstream=carried.peer,
        carried=carried,
        brought=brought,
        difference=_difference(sent, carried.peer),
        received_file=_file_of(cast, ReceivedReferral.objects.get()),
        letter=_sktm(cast, person),
        letter_draft=_letter_draft(cast, person),
        listing=_listing(cast, person),
        register=Register.objects.get(office=cast.village, code="DTSEN"),
        verval=_verval(cast),
        door=VervalRow.objects.get(),
        **_calls(cast, child),
        **_participation(cast, person, child),
        **_aid(cast, person, child),
        **made,
        question=_question(cast),
        batch=_list(cast),
        likeness=Likeness.objects.create(
            office=cast.village,
            resident=person,
            fingerprint="uji",
            facts={"name": "Sulastri N."},
            score=75,
            grounds=["name_part"],
        ),
        survey=_survey(cast, person),
        **_proposals(cast, person, child),
        token=issue_token(actor=cast.actor("front"), name="uji", roles=[Role.FRONT])[0],
        post=Assignment.objects.get(user=cast.users["facilitator"]),
        rule=ChainRule.objects.get(),
        cards=_cards(cast),
        **_report(cast),
        **_verval_sheet(cast),
        **_issued_call(cast),
        quota=set_quota(actor=cast.actor("manager"), programme_code="KIS-D", places=1),
        **rows,
    )


def _report(cast: Cast) -> dict[str, Any]:
    actor = cast.actor("koordinator")
    last_month = Period.of_month(actor.office.today().replace(day=1) - timedelta(days=1))
    report = reports.issue(actor=actor, kind=Report.Kind.EVALUATION, period=last_month)
    action = reports.plan_action(
        actor=actor,
        report=report.uid,
        what="Latih RT",
        who="Bu Rini",
        due_on=actor.office.today() + timedelta(days=30),
    )
    return {"report": report, "action": action}


def _strangers(cast: Cast) -> None:
    elsewhere = Office.objects.create(
        code="35.08", kind=Office.Kind.DISTRICT, name="Kabupaten Lain", regency="Kabupaten Lain"
    )
    offices = {"other_village": cast.other_village, "other_district": elsewhere}
    for who, (office, role) in STRANGERS.items():
        user = User(username=who, name=f"Petugas {who}")
        user.set_password(PASSWORD)
        user.save()
        Assignment.objects.create(user=user, office=offices[office], role=role, since=SINCE)
        cast.users[who] = user


def _link(cast: Cast) -> None:
    token = linking.add_downstream(
        actor=cast.actor("manager"), peer_uid=cast.village.uid, name=cast.village.full_name
    )
    linking.link_upstream(
        actor=cast.actor("admin"),
        base_url="http://127.0.0.1:9",
        token=token,
        peer_uid=cast.district.uid,
        name=cast.district.full_name,
    )
    below = Peer.objects.get(office=cast.district)
    Supervision.objects.create(officer=cast.users["supervisor"], peer=below)
    ChainRule.objects.create(office=cast.district, peer=below, programme_code="PKH")


def _cards(cast: Cast) -> RealisationSheet:
    sheet = f"NOMOR AGENDA;NIK;STATUS;TEMPAT\n{cast.district.today().year}/1;{NIK};siap;Loket 2\n"
    upload = SimpleUploadedFile("kartu.csv", sheet.encode())
    return realisations.hand_in(actor=cast.actor("manager"), upload=upload)


def _family(cast: Cast) -> tuple[Resident, Resident]:
    front = cast.actor("front")
    place = {"dusun": "Krajan", "rt": "02", "rw": "01", "kk": KK}
    person = registry.create_resident(
        actor=front, name="Sulastri Ningsih", nik=NIK, relation="1", phone="081200000011", **place
    )
    child = registry.create_resident(
        actor=front, name="Bagas Ningsih", nik=CHILD_NIK, relation="4", **place
    )
    registry.record_register_check(
        actor=front,
        resident=person,
        register_code="DTSEN",
        method="siks_ng",
        result="listed",
        decile=2,
    )
    return person, child


def _neighbour(cast: Cast, name: str) -> Resident:
    front = cast.actor("front")
    neighbour = registry.create_resident(actor=front, name=name, dusun="Krajan")
    registry.record_register_check(
        actor=front,
        resident=neighbour,
        register_code="DTSEN",
        method="siks_ng",
        result="listed",
        decile=2,
    )
    return neighbour


def _case(cast: Cast, person: Resident, place: int) -> Complaint:
    village = cast.village
    return complaints.register_complaint(
        actor=cast.actor("front"),
        client_uid=uuid.uuid4(),
        subject=person,
        kind=ComplaintKind.objects.get(office=village, code="programme"),
        story="Tidak punya kartu, harus berobat",
        received_at=timezone.now() - timedelta(hours=6 - place),
        needed=Programme.objects.filter(office=village, code="KIS-D"),
        papers_seen=["ktp"],
    )


def _examined(cast: Cast, case: Complaint) -> None:
    back = cast.actor("back")
    complaints.examine(actor=back, uid=case.uid)
    complaints.record_finding(
        actor=back, uid=case.uid, finding="meets", reason="Penghasilan tidak tetap"
    )


def _complete(cast: Cast, case: Complaint) -> None:
    everything = [paper.code for paper in case.papers.all()]
    complaints.tick_papers(actor=cast.actor("front"), uid=case.uid, seen=everything)


def _drafted(cast: Cast, case: Complaint) -> Referral:
    _complete(cast, case)
    programme = Programme.objects.get(office=cast.village, code="KIS-D")
    return approval.draft_referral(
        actor=cast.actor("back"),
        case_uid=case.uid,
        programme_uid=programme.uid,
        road=Referral.Road.DISTRICT,
        need="Kartu untuk berobat rutin",
    )


def _to_partner(cast: Cast, case: Complaint, partner: Partner) -> tuple[Referral, str]:
    """Refer a case straight to the partner; return the referral and the code of its letter."""
    _complete(cast, case)
    row = approval.draft_referral(
        actor=cast.actor("back"),
        case_uid=case.uid,
        programme_uid=Programme.objects.get(office=cast.village, code="KIS-D").uid,
        road=Referral.Road.PARTNER,
        partner_uid=partner.uid,
        legal_basis=Referral.LegalBasis.CONSENT,
        need="Kursi roda Ningsih",
    )
    row = approval.approve(actor=cast.actor("koordinator"), uid=row.uid)
    return row, shown(keys.mint(row, PartnerKey.Way.CODE)[1])


def _carried(cast: Cast) -> tuple[Package, Package]:
    """Put what waits in a file, and open it at the district."""
    for peer in Peer.objects.exclude(direction=Peer.Direction.PARTNER):
        other = Office.objects.get(uid=peer.peer_uid)
        own = keys_of(other)
        cards.keep_keys(peer, sign_key=own.sign_key, box_key=own.box_key)
    upstream = Peer.objects.get(direction=Peer.Direction.UPSTREAM)
    carried = packages.make(actor=cast.actor("front"), peer_uid=upstream.uid)
    with kept.opened(carried) as file:
        return carried, packages.bring(actor=cast.actor("manager"), file=file)


def _difference(sent: Referral, upstream: Peer) -> Difference:
    """Note that the district lost what was sent; its button sends it again."""
    return Difference.objects.create(
        office=sent.office,
        peer=upstream,
        referral=sent,
        referral_uid=sent.uid,
        kind=Kind.MISSING_ABOVE,
    )


def deliver() -> int:
    """Carry what the village sent into the district's inbox, without a network."""
    peer = Peer.objects.select_related("office").get(direction=Peer.Direction.DOWNSTREAM)

    def carry(message: OutboxMessage) -> dict[str, Any]:
        return exchange.receive(peer=peer, parcel=exchange.envelope(message))[0]

    return outbox.send_due(carry, transports.after_ack)


def _file_of(cast: Cast, received: ReceivedReferral) -> ReceivedFile:
    kept = attachments.store(picture(), actor=cast.actor("manager"))
    return ReceivedFile.objects.create(
        referral=received,
        paper="kk",
        label="Fotokopi KK",
        sha256=kept.sha256,
        size=kept.size,
        offset=kept.size,
        media_type=kept.media_type,
        attachment=kept,
        arrived_at=timezone.now(),
    )


def _letter_draft(cast: Cast, person: Resident) -> LetterDraft:
    return keep_draft(
        actor=cast.actor("front"),
        kind="sktm",
        subject_uid=person.uid,
        about=person.name,
        uid=uuid.uuid4(),
        typed={"purpose": ["sekolah"]},
    )


def _sktm(cast: Cast, person: Resident) -> Letter:
    actor = cast.actor("front")
    issued = issue_sktm(
        actor=actor,
        resident=person,
        facts=SktmFacts(purpose="Pengajuan KIS", valid_months=3),
        signer=signers(cast.village)[0],
    )
    letter = find_letter(actor, issued.uid)
    render_revision(last_revision(letter))
    return letter


def _listing(cast: Cast, person: Resident) -> Letter:
    return issue_listing(
        actor=cast.actor("front"),
        resident=person,
        facts=ListingFacts(register="DTSEN", purpose="KIP"),
        signer=None,
    )


def _verval(cast: Cast) -> VervalList:
    sheet = f"NIK;NAMA;DUSUN\n{NIK};SULASTRI NINGSIH;KRAJAN\n"
    return verval.take_in(
        actor=cast.actor("back"),
        upload=SimpleUploadedFile("verval.csv", sheet.encode()),
        name="Verval Ningsih",
        sender="Dinas Sosial",
        received_on=cast.village.today(),
    )


def _verval_sheet(cast: Cast) -> dict[str, Any]:
    """A sheet of the district of which one village was sent its share, and one is unknown."""
    manager = cast.actor("manager")
    sheet = f"NIK;NAMA;DESA\n{NIK};SULASTRI NINGSIH;{cast.village.name}\n;BUDI;ENTAH\n"
    held = verval_sheets.hand_in(
        actor=manager,
        upload=SimpleUploadedFile("verval.csv", sheet.encode()),
        name="Verval Ningsih",
    )
    verval_sheets.send(actor=manager, uid=held.uid, version=None)
    held.refresh_from_db()
    return {"verval_sheet": held, "share": held.shares.get()}


def _issued_call(cast: Cast) -> dict[str, Any]:
    """A call of the district that its village has not fetched yet."""
    issued = issued_calls.issue(
        actor=cast.actor("manager"),
        owner="Dinas Sosial Ningsih",
        criteria="Lansia",
        wanted={Peer.objects.get(office=cast.district): 3},
    )
    return {"issued_call": issued, "call_share": issued.shares.get()}


def _calls(cast: Cast, child: Resident) -> dict[str, Any]:
    """Three calls, each with one name: being made, before the approver, with its owner."""
    front, back, today = cast.actor("front"), cast.actor("back"), cast.village.today()
    made = []
    for _place in range(3):
        call = calls.open_call(
            actor=front, owner="Baznas Ningsih", wanted=1, criteria="Anak", received_on=today
        )
        calls.name_candidate(actor=back, uid=call.uid, resident_uid=child.uid, reason="Yatim")
        made.append(call)
    for call in made[1:]:
        calls.submit(actor=back, uid=call.uid, version=None)
    calls.approve(actor=cast.actor("koordinator"), uid=made[2].uid, version=None)
    calls.hand_over(
        actor=front,
        uid=made[2].uid,
        version=None,
        receiver="Ibu Rini",
        handed_on=today,
        legal_basis="consent",
    )
    for call in made:
        call.refresh_from_db()
    printed = printing.ask_candidates(actor=front, uid=made[2].uid, paper="f4")
    return {
        "call": made[0],
        "call_print": drawn(printed, front),
        "waiting_call": made[1],
        "handed_call": made[2],
        "candidate": made[0].candidates.get(),
        "chosen": made[2].candidates.get(),
    }


def _participation(cast: Cast, person: Resident, child: Resident) -> dict[str, Any]:
    """Somebody whose family has what should not come together."""
    front = cast.actor("front")
    of = {row.code: row for row in Programme.objects.filter(office=cast.village)}
    held = record_participation(actor=front, resident=person, programme=of["PKH"], source="owner")
    record_participation(actor=front, resident=child, programme=of["BLT-DD"], source="owner")
    overlap = Overlap.objects.get(one=of["BLT-DD"], other=of["PKH"])
    return {"pkh": of["PKH"], "kip": of["PIP"], "participation": held, "overlap": overlap}


def _aid(cast: Cast, person: Resident, child: Resident) -> dict[str, Any]:
    """Three distributions: being listed, being handed out with a name in each state, closed."""
    back, front, today = cast.actor("back"), cast.actor("front"), cast.village.today()
    third = registry.create_resident(actor=front, name="Paijo Ningsih", dusun="Krajan")
    made = []
    for _place in range(3):
        held = distribution.open_distribution(
            actor=back,
            name="Beras Ningsih",
            owner="Dinsos",
            kind="goods",
            item="beras",
            amount=1,
            may_replace=True,
            replacement_rule="Ditunjuk dinas",
            programme=Programme.objects.get(office=cast.village, code="PIP"),
        )
        for one in (person, child, third)[: 3 if _place else 1]:
            distribution.add_recipient(actor=back, uid=held.uid, resident_uid=one.uid)
        distribution.add_slot(actor=back, uid=held.uid, day=today, start=time(8), place="Balai")
        made.append(held)
    for held in made[1:]:
        distribution.settle(actor=back, uid=held.uid, version=None)
    names = list(made[1].recipients.order_by("pk"))
    handing.hand_over(actor=front, uid=names[1].uid, way="identity", owed="KK")
    handing.strike(actor=back, uid=names[2].uid, version=None, gone="owner", reason="surat 1")
    distribution.close(actor=back, uid=made[2].uid, version=None, left_over=3, left_note="kembali")
    for row in (*made, *names):
        row.refresh_from_db()
    tickets = printing.ask_distribution(actor=back, uid=made[1].uid, what="tickets", paper="a4")
    return {
        "draft_aid": made[0],
        "aid": made[1],
        "aid_print": drawn(tickets, back),
        "closed_aid": made[2],
        "slot": made[0].slots.get(),
        "named_aid": made[0].recipients.get(),
        "waiting_aid": names[0],
        "taken_aid": names[1],
        "struck_aid": names[2],
    }


def drawn(wanted: ListPrint, actor: Actor) -> ListPrint:
    """Give a print that was asked for a blank file."""
    wanted.file = attachments.store_bytes(
        _blank_pdf(), actor=actor, media_type="application/pdf", name="cetakan.pdf"
    )
    wanted.save()
    return wanted


def _blank_pdf() -> bytes:
    """Return a PDF that readers open; drawing the real tickets takes seconds."""
    out = io.BytesIO()
    with pikepdf.new() as made:
        made.add_blank_page()
        made.save(out)
    return out.getvalue()


def _catalogue(cast: Cast) -> dict[str, Any]:
    """A draft of what PKH asks for, and a partner with an agreement about it."""
    admin, pkh = cast.actor("admin"), Programme.objects.get(office=cast.village, code="PKH")
    today = cast.village.today()
    draft = catalogue.draft_version(actor=admin, programme_uid=pkh.uid, effective_from=today)
    partner = catalogue.save_partner(actor=admin, code="rs", name_id="RS Ningsih", kind="hospital")
    agreement = catalogue.record_agreement(
        actor=admin, partner_uid=partner.uid, programme_uid=pkh.uid, since=today
    )
    return {"draft": draft, "partner": partner, "agreement": agreement}


def _question(cast: Cast) -> CounterQuestion:
    return complaints.log_question(
        actor=cast.actor("front"),
        client_uid=uuid.uuid4(),
        kind=ComplaintKind.objects.get(office=cast.village, code="question"),
        answer="Kantor buka sampai pukul 14.00",
        with_receipt=True,
    )


def _list(cast: Cast) -> Import:
    admin = cast.actor("admin")
    upload = SimpleUploadedFile("daftar.csv", b"NAMA;RT;RW\nWarga Satu;01;01\n;02;01\n")
    batch = imports.hand_in(
        actor=admin, upload=upload, kind=Import.Kind.RESIDENTS, data_date=cast.village.today()
    )
    imports.check(actor=admin, uid=batch.uid)
    pieces.carry_on(batch.pk)
    batch.refresh_from_db()
    return batch


def _survey(cast: Cast, person: Resident) -> Survey:
    return criteria.record_survey(
        actor=cast.actor("kasun"),
        resident=person,
        criteria_set=CriteriaSet.objects.get(office=cast.village, code="262-2022"),
        asked_on=cast.village.today(),
        answers={"floor": "yes", "no_toilet": "no"},
    )


def _proposals(cast: Cast, person: Resident, child: Resident) -> dict[str, Any]:
    """Return one proposal written down, and one that a meeting heard and a sheet carried."""
    front, back = cast.actor("front"), cast.actor("back")
    common = {"register_code": "DTSEN", "kind": "enter", "reason": "Uji", "origin": "resident"}
    drafted = proposals.propose(actor=front, resident=person, **common)
    other = proposals.propose(actor=front, resident=child, **common)
    proposals.submit(actor=front, uid=other.uid, version=None)
    meeting = meetings.record_meeting(
        actor=back, held_on=cast.village.today(), place="Balai", chair="Pak Kades", present=9
    )
    meetings.record_outcomes(
        actor=back, uid=meeting.uid, version=None, outcomes={str(other.uid): ("agreed", "")}
    )
    proposals.record_finding(
        actor=back, uid=other.uid, version=None, finding="meets", reason="Sesuai survei"
    )
    sheet = sheets.make_sheet(
        actor=back,
        register_code="DTSEN",
        kind="enter",
        month=cast.village.today(),
        with_incomplete=True,
    )
    upload = SimpleUploadedFile("jawaban.csv", f"NIK;STATUS\n{CHILD_NIK};PADAN\n".encode())
    answer = answers.hand_in(actor=back, upload=upload, answered_on=cast.village.today())
    for row in (drafted, other, meeting):
        row.refresh_from_db()
    return {
        "proposal": drafted,
        "sent_proposal": other,
        "meeting": meeting,
        "sheet": sheet,
        "answers": answer,
        "minutes": minutes.issue_minutes(actor=back, meeting=meeting, signer=None),
    }


def picture() -> SimpleUploadedFile:
    """Return a small real picture as an upload."""
    out = io.BytesIO()
    Image.new("RGB", (8, 8), "teal").save(out, "PNG")
    return SimpleUploadedFile("kk.png", out.getvalue(), content_type="image/png")
