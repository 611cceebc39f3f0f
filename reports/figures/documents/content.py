"""What stands in a report: sections of numbers, built once and then frozen.

A report is for those above the office as well, so matters of a confidential kind that are fewer
than three are not told apart (:func:`_without_few`).
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from complaints.models import ComplaintKind
from programs.participation.cover import double_cover, overlaps
from puskesmas.actors import Actor
from puskesmas.models import TimeLimit
from referrals.models import Answering, ReceivedReferral
from referrals.selectors import received_by, referrals_of
from referrals.workflow import Answer, Inbox
from reports.figures import catalogue, counting
from reports.figures.definitions import NONE
from reports.figures.documents import durations
from reports.figures.models import Report
from reports.figures.periods import Period

Section = dict[str, Any]
Build = Callable[[Actor, Period], Section]

#: Fewer matters of a confidential kind than this are not told apart (issue of privacy: one who
#: knows the village knows the person).
FEW = 3
#: Reasons for a refusal that are listed, the most frequent first.
MOST_REASONS = 20


def build(kind: str, *, actor: Actor, period: Period) -> dict[str, Any]:
    """Return the report's content in Indonesian, all of it of one moment.

    ``{"sections": [{"code", "title", "unit", "meaning", "columns", "rows", "total"}]}``; a row is
    ``{"key", "label", "values"}``.
    """
    with _one_moment(), override("id"):
        sections = [section(actor, period) for section in _SECTIONS[kind]]
    return {"sections": sections}


@contextmanager
def _one_moment() -> Iterator[None]:
    """Let all queries see the same state: a case that moves meanwhile counts in one place.

    On SQLite a transaction does; PostgreSQL is told so before its first query.
    """
    is_outermost = not connection.in_atomic_block
    with transaction.atomic():
        if is_outermost and connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        yield


def counted(code: str, dimension_code: str) -> Build:
    """Return the section of a figure by one of its dimensions."""
    figure = catalogue.known(code)
    dimension = figure.dimension(dimension_code)
    if dimension is None:
        raise LookupError(f"{code} is not told apart by {dimension_code}")

    def build_section(actor: Actor, period: Period) -> Section:
        table = counting.table(figure, dimension, actor=actor, period=period)
        rows = [_row(line.key, _label(line.words), line.count, line.before) for line in table.lines]
        if (code, dimension_code) in _BY_KIND:
            rows = _without_few(rows, actor)
        columns = [_("Jumlah")] if table.total_before is None else [_("Jumlah"), _("Tahun lalu")]
        return {
            "code": f"{code}/{dimension_code}",
            "title": _("%(figure)s menurut %(dimension)s")
            % {"figure": figure.label, "dimension": _within(str(dimension.label))},
            "unit": str(figure.unit.label),
            "meaning": str(figure.meaning),
            "columns": columns,
            "rows": [{**row, "values": row["values"][: len(columns)]} for row in rows],
            "total": [table.total, table.total_before][: len(columns)],
        }

    return build_section


#: Sections whose lines are kinds of matter, confidential ones among them.
_BY_KIND = frozenset({("cases-received", "kind"), ("cases-ended", "kind"), ("questions", "kind")})


def _without_few(rows: list[dict[str, Any]], actor: Actor) -> list[dict[str, Any]]:
    """Put confidential kinds of which there are few among "other"; the total stays whole."""
    secret = ComplaintKind.objects.visible_to(actor).filter(sensitive=True)
    codes = set(secret.values_list("code", flat=True))
    few = [
        row
        for row in rows
        if row["key"] in codes and any(0 < (value or 0) < FEW for value in row["values"])
    ]
    kept = [row for row in rows if row not in few and row["key"] != "other"]
    others = [row for row in rows if row["key"] == "other"] + few
    if not others:
        return kept
    sums = [sum(value or 0 for value in column) for column in zip(*_values(others), strict=True)]
    return [*kept, _row("other", _("Lain-lain"), *sums)]


def _values(rows: Iterable[dict[str, Any]]) -> list[list[Any]]:
    return [row["values"] for row in rows]


def _within(label: str) -> str:
    """Return a label as it stands within a sentence; "RW" and "e-KTP" stay as they are."""
    return label[:1].lower() + label[1:] if label[1:2].islower() else label


def _row(key: str, label: str, *values: Any) -> dict[str, Any]:
    return {"key": key, "label": label, "values": list(values)}


def _label(words: Any) -> str:
    return str(words) if words is not None else _("(tidak tercatat)")


# --- Sections that are no figure by a dimension --------------------------------------------------


def days_taken(actor: Actor, period: Period) -> Section:
    """Return how long cases and referrals took."""
    steps = (
        ("case", _("Perkara: diterima sampai berakhir"), durations.days_of_cases),
        ("delivery", _("Rujukan: disetujui sampai diterima tujuan"), durations.days_to_delivery),
        (
            "answer",
            _("Rujukan: disetujui sampai dijawab pemilik program"),
            durations.days_to_answer,
        ),
        (
            "collected",
            _("Rujukan: disetujui sampai diterima warga"),
            durations.days_to_collection,
        ),
    )
    return {
        "code": "days",
        "title": _("Lama penanganan"),
        "unit": _("hari kalender"),
        "meaning": _(
            "Yang selesai pada masa ini. Nilai tengah: separuhnya lebih cepat. P90: sembilan dari "
            "sepuluh paling lama sekian hari."
        ),
        "columns": [_("Banyaknya"), _("Nilai tengah"), "P90"],
        "rows": [
            _row(key, label, *durations.spread(days(actor, period))) for key, label, days in steps
        ],
        "total": None,
    }


def limits_kept(actor: Actor, period: Period) -> Section:
    """Return how many cases were answered within the office's own limits."""
    kept = durations.limits_kept(actor, period)
    labels = dict(TimeLimit.Code.choices)
    answered, in_time = (sum(column) for column in zip(*kept.values(), (0, 0), strict=True))
    return {
        "code": "limits",
        "title": _("Batas waktu yang ditepati"),
        "unit": _("perkara"),
        "meaning": _(
            "Perkara yang dijawab pada masa ini; waktu saat warga atau tingkat atas yang berutang "
            "tidak dihitung."
        ),
        "columns": [_("Dijawab"), _("Tepat waktu")],
        "rows": [_row(code, str(labels[code]), *kept[code]) for code in labels if code in kept],
        "total": [answered, in_time],
    }


def referred_and_answered(actor: Actor, period: Period) -> Section:
    """Return the referrals of the period by destination, with answer and realisation."""
    approved = catalogue.known("referrals")
    columns: dict[str, Callable[[str, str], bool]] = {
        _("Dirujuk"): lambda answer, realisation: True,
        _("Disetujui"): lambda answer, realisation: answer == Answer.APPROVED,
        _("Tidak disetujui"): lambda answer, realisation: answer == Answer.REFUSED,
        _("Belum diputus"): lambda answer, realisation: (
            answer not in {Answer.APPROVED, Answer.REFUSED}
        ),
        _("Sudah diterima warga"): lambda answer, realisation: realisation == "collected",
    }
    told: dict[str, list[int]] = defaultdict(lambda: [0] * len(columns))
    rows = approved.rows(actor, period).values_list("destination", "answer", "realisation")
    for destination, answer, realisation in rows:
        for place, holds in enumerate(columns.values()):
            told[destination][place] += holds(answer, realisation)
    ordered = sorted(told.items(), key=lambda item: (-item[1][0], item[0]))
    return {
        "code": "destinations",
        "title": _("Rujukan per tujuan, dengan jawaban dan realisasi"),
        "unit": _("rujukan"),
        "meaning": str(approved.meaning),
        "columns": list(columns),
        "rows": [_row(name or NONE, name or _label(None), *values) for name, values in ordered],
        "total": [sum(column) for column in zip(*told.values(), strict=True)] or [0] * len(columns),
    }


def doubly_covered(actor: Actor, period: Period) -> Section:
    """Return the families and people doubly covered today, by pair of programmes."""
    found = Counter(one.overlap.pk for one in double_cover(actor))
    return {
        "code": "double",
        "title": _("Penerima ganda"),
        "unit": _("keluarga atau orang"),
        "meaning": _(
            "Yang hari ini menerima dua program yang menurut kantor tidak boleh bersamaan."
        ),
        "columns": [_("Jumlah")],
        "rows": [
            _row(f"{pair.one.code}+{pair.other.code}", pair.name, found[pair.pk])
            for pair in overlaps(actor)
            if found[pair.pk]
        ],
        "total": [found.total()],
    }


def refused_because(actor: Actor, period: Period) -> Section:
    """Return the reasons the owners gave for a no, the most frequent first."""
    said = Answering.objects.filter(
        period.holds_day("said_on"),
        referral__in=referrals_of(actor),
        about=Answering.About.ANSWER,
        value=Answer.REFUSED,
        applied=True,
    ).select_related("referral__programme")
    found: Counter[tuple[str, str]] = Counter()
    for row in said:
        reason = " ".join(row.reason.split()) or _("(tanpa alasan)")
        found[row.referral.programme.name_id, reason[:200]] += 1
    return {
        "code": "refusals",
        "title": _("Sebab tidak disetujui pemilik program"),
        "unit": _("rujukan"),
        "meaning": _("Alasan seperti tertulis dalam jawaban pemilik program pada masa ini."),
        "columns": [_("Jumlah")],
        "rows": [
            _row(f"{name}/{reason}", f"{name}: {reason}", count)
            for (name, reason), count in found.most_common(MOST_REASONS)
        ],
        "total": [found.total()],
    }


def all_at_a_glance(actor: Actor, period: Period) -> Section:
    """Return every figure's total, with the year before."""
    rows = []
    for figure in catalogue.figures_for(actor):
        now = counting.total(figure, figure.rows(actor, period))
        before = None
        if not figure.is_now:
            before = counting.total(figure, figure.rows(actor, period.a_year_before()))
        label = f"{figure.label} ({figure.unit.label})"
        rows.append(_row(figure.code, label, now, before))
    return {
        "code": "glance",
        "title": _("Sekilas"),
        "unit": "",
        "meaning": _("Tanpa angka tahun lalu: keadaan hari laporan diterbitkan."),
        "columns": [_("Jumlah"), _("Tahun lalu")],
        "rows": rows,
        "total": None,
    }


def villages_compared(actor: Actor, period: Period) -> Section:
    """Return what each village sent and how long the answer took: two queries."""
    received = Counter(
        received_by(actor)
        .filter(period.holds_moment("received_at", actor.office))
        .order_by()
        .values_list("village", flat=True)
    )
    took: dict[str, list[float]] = defaultdict(list)
    decided = ReceivedReferral.objects.visible_to(actor).filter(
        period.holds_moment("state_since", actor.office),
        state__in=(Inbox.APPROVED, Inbox.REFUSED),
    )
    for village, since, until in decided.values_list("village", "received_at", "state_since"):
        took[village].append((until - since).total_seconds() / 86_400)
    return {
        "code": "villages",
        "title": _("Desa berdampingan"),
        "unit": _("rujukan"),
        "meaning": _("Hari dihitung dari diterima di sini sampai diputus pemilik program."),
        "columns": [_("Diterima"), _("Diputus"), _("Nilai tengah hari"), "P90"],
        "rows": [
            _row(village, village, received[village], *durations.spread(took[village]))
            for village in sorted(received.keys() | took.keys())
        ],
        "total": [received.total(), sum(map(len, took.values())), None, None],
    }


_SECTIONS: dict[str, tuple[Build, ...]] = {
    Report.Kind.MONTHLY: (
        *(counted("cases-received", by) for by in ("kind", "programme", "channel", "rw")),
        *(counted("cases-ended", "outcome"), counted("cases-open", "state")),
        counted("questions", "kind"),
        *(limits_kept, days_taken, referred_and_answered),
        *(counted("submissions", "delivery"), counted("referrals-unanswered", "month")),
        *(counted("recipients", by) for by in ("programme", "rw")),
        *(counted("uncovered", "rw"), doubly_covered),
        *(counted("proposals", by) for by in ("state", "kind")),
        *(counted("life-events", "kind"), counted("adults-ektp", "ektp")),
        *(counted("residents", "register"), counted("surveys", "officer")),
        counted("letters", "kind"),
    ),
    Report.Kind.EVALUATION: (
        *(all_at_a_glance, limits_kept, days_taken, referred_and_answered, refused_because),
        *(counted("cases-received", by) for by in ("month", "kind", "programme")),
    ),
    Report.Kind.SUMMARY: (all_at_a_glance, limits_kept, days_taken),
    Report.Kind.VILLAGES: (
        villages_compared,
        *(counted("inbox-received", by) for by in ("programme", "state", "realisation")),
        counted("inbox-open", "village"),
    ),
}
#: Which reports a tier has.
OF_VILLAGE = (Report.Kind.MONTHLY, Report.Kind.EVALUATION, Report.Kind.SUMMARY)
OF_DISTRICT = (Report.Kind.VILLAGES,)
