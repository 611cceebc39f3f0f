"""What goes along when a village office moves, and what stays: every table stands in one list."""

from graphlib import TopologicalSorter
from typing import Any

from django.apps import apps
from django.db import models

from puskesmas.fields import BlindIndexField
from puskesmas.models import Office, User

#: Table -> the path to its office. Rows of the accounts have the path "user".
MOVES: dict[str, str] = {
    "puskesmas.Office": "pk",
    "puskesmas.User": "",
    "mfa.Authenticator": "user",
    "puskesmas.Assignment": "office",
    "puskesmas.TimeLimit": "office",
    "puskesmas.Holiday": "office",
    "puskesmas.Attachment": "office",
    "puskesmas.Reason": "office",
    "puskesmas.Transition": "office",
    "puskesmas.AuditEntry": "office",
    "puskesmas.Peer": "office",
    "puskesmas.OfficeKeys": "office",
    "puskesmas.OutboxMessage": "office",
    "puskesmas.DeliveryAttempt": "message__office",
    "puskesmas.ReceivedMessage": "peer__office",
    "puskesmas.ApiToken": "office",
    "letters.LetterStyle": "office",
    "letters.LetterForm": "office",
    "letters.LetterSeries": "office",
    "letters.Letter": "office",
    "letters.LetterRevision": "letter__office",
    "letters.LetterDraft": "office",
    "registry.Household": "office",
    "registry.Resident": "office",
    "registry.HouseholdMember": "household__office",
    "registry.LifeEvent": "office",
    "registry.HousingFacts": "office",
    "registry.Merge": "office",
    "registry.SearchTerm": "office",
    "registry.CriteriaSet": "office",
    "registry.Survey": "office",
    "registry.Register": "office",
    "registry.RegisterVersion": "office",
    "registry.RegisterRow": "register_version__office",
    "registry.RegisterCheck": "office",
    "registry.Import": "office",
    "registry.ImportRow": "batch__office",
    "registry.ColumnMemory": "office",
    "registry.Likeness": "office",
    "registry.SheetProfile": "office",
    "registry.Proposal": "office",
    "registry.Meeting": "office",
    "registry.MeetingItem": "meeting__office",
    "registry.Sheet": "office",
    "registry.SheetRow": "sheet__office",
    "registry.AnswerFile": "office",
    "registry.VervalList": "office",
    "registry.VervalRow": "office",
    "programs.Programme": "office",
    "programs.ProgrammeVersion": "office",
    "programs.Partner": "office",
    "programs.PartnerAgreement": "office",
    "programs.StatedFact": "office",
    "programs.Judgement": "office",
    "programs.Participation": "office",
    "programs.Call": "office",
    "programs.Call_authors": "call__office",
    "programs.Candidate": "office",
    "programs.Distribution": "office",
    "programs.ListPrint": "office",
    "programs.DistributionSlot": "office",
    "programs.AidRecipient": "office",
    "programs.Overlap": "office",
    "complaints.ComplaintKind": "office",
    "complaints.Complaint": "office",
    "complaints.ComplaintProgramme": "complaint__office",
    "complaints.ComplaintPaper": "complaint__office",
    "complaints.ClockPause": "complaint__office",
    "complaints.Telling": "office",
    "complaints.CounterQuestion": "office",
    "complaints.HouseVisit": "office",
    "complaints.VisitPhoto": "visit__office",
    "complaints.EconomicReview": "office",
    "referrals.SentFile": "referral__office",
    "referrals.Package": "office",
    "referrals.PackageEntry": "package__office",
    "referrals.PartnerKey": "office",
    "referrals.Referral": "office",
    "referrals.Referral_authors": "referral__office",
    "referrals.Submission": "referral__office",
    "referrals.Answering": "referral__office",
    "referrals.Reminder": "referral__office",
    "referrals.Publication": "office",
    "referrals.Comparison": "office",
    "referrals.Difference": "office",
    "referrals.GivenCall": "office",
    "referrals.GivenVerval": "office",
    "referrals.GivenPart": "given__office",
    "figures.Report": "office",
    "figures.ReportAction": "office",
}

_DISTRICTS = "of a district's inbox; a village has none"
_INSTALLATIONS = "of the installation, not of an office"

#: Table -> why it does not go along.
STAYS: dict[str, str] = {
    "referrals.ChainRule": _DISTRICTS,
    "referrals.Supervision": _DISTRICTS,
    "referrals.Quota": _DISTRICTS,
    "referrals.Place": _DISTRICTS,
    "referrals.RealisationSheet": _DISTRICTS,
    "referrals.ReceivedReferral": _DISTRICTS,
    "referrals.ReceivedSubmission": _DISTRICTS,
    "referrals.ReceivedFile": _DISTRICTS,
    "referrals.ReceivedPart": _DISTRICTS,
    "referrals.IssuedCall": _DISTRICTS,
    "referrals.CallShare": _DISTRICTS,
    "referrals.VervalSheet": _DISTRICTS,
    "referrals.VervalShare": _DISTRICTS,
    "referrals.VervalLine": _DISTRICTS,
    "referrals.OwnersWord": _DISTRICTS,
    "referrals.VillageReport": _DISTRICTS,
    "referrals.PublishedOffice": _DISTRICTS,
    "referrals.PublishedRecord": _DISTRICTS,
    "puskesmas.Seal": "over all of an installation's history; the new one seals what came anew",
    "puskesmas.Move": "says what was done here",
    "puskesmas.RateBucket": _INSTALLATIONS,
    "puskesmas.Heartbeat": _INSTALLATIONS,
    "puskesmas.User_groups": "nobody's rights are groups; and none come from elsewhere",
    "puskesmas.User_user_permissions": "as groups",
    "auth.Permission": _INSTALLATIONS,
    "auth.Group": _INSTALLATIONS,
    "auth.Group_permissions": _INSTALLATIONS,
    "contenttypes.ContentType": _INSTALLATIONS,
    "sessions.Session": "everybody logs in anew",
    "account.EmailAddress": "accounts have no confirmed addresses",
    "account.EmailConfirmation": "accounts have no confirmed addresses",
}

#: Columns that say something of the installation: they take their defaults there.
STAYS_BEHIND: dict[str, frozenset[str]] = {
    "puskesmas.Office": frozenset({"closed_at", "moved_to"}),
    # Nobody becomes powerful in an installation because he was in another.
    "puskesmas.User": frozenset({"is_superuser", "is_staff", "last_login"}),
}


def in_order() -> list[type[models.Model]]:
    """Return the models that move, each after those its rows point at."""
    moving: dict[Any, str] = {apps.get_model(label): label for label in MOVES}
    before = {
        model: [
            field.related_model
            for field in model._meta.concrete_fields
            if field.is_relation and field.related_model is not model
        ]
        for model in moving
    }
    order = TopologicalSorter(before).static_order()
    return [model for model in order if model in moving]


def columns(model: type[models.Model]) -> list[Any]:
    """Return the fields a row is told by: not the inner key, nor what follows from another."""
    behind = STAYS_BEHIND.get(model._meta.label, frozenset())
    return [
        field
        for field in model._meta.concrete_fields
        if not field.primary_key
        and field.name not in behind
        and not isinstance(field, BlindIndexField)
    ]


def accounts_of(office: Office) -> list[int]:
    """Return the pks of all accounts some row of the office names, in order."""
    found: set[int] = set()
    for model in in_order():
        path = MOVES[model._meta.label]
        if model is User or path in {"pk", "user"}:
            continue
        rows = model._base_manager.filter(**{path: office}).order_by()
        for field in columns(model):
            if field.related_model is User:
                found.update(rows.values_list(field.attname, flat=True).distinct())
    return sorted(found - {None})


def rows_of(model: type[models.Model], office: Office, accounts: list[int]) -> Any:
    """Return the model's rows that move with the office, in the order they were written."""
    rows, path = model._base_manager.order_by("pk"), MOVES[model._meta.label]
    if model is User:
        return rows.filter(pk__in=accounts)
    if path == "user":
        return rows.filter(user__in=accounts)
    return rows.filter(**{path: office.pk})
