"""Pages of a draft's parts: rows in words, a small form for each, add, move and remove."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from programs.catalogue import parts, services, words
from programs.catalogue.drafts import BASIS, LIMITS, draft_for, draft_url
from programs.catalogue.forms import BasisForm, LimitsForm
from programs.catalogue.roles import EDITORS
from programs.catalogue.row_form import MOST_CONDITIONS, RowForm, Surroundings
from programs.catalogue.row_forms import ROW_FORMS
from programs.catalogue.views import TEMPLATES
from programs.models import Programme, ProgrammeVersion
from programs.terms.document import PURPOSES
from puskesmas.actors import Actor
from puskesmas.errors import DomainError, InvalidInput
from puskesmas.pages import ActForm, actor_of, add_error, form_page, officer_page, say_done


@require_http_methods(["GET", "POST"])
@officer_page(*EDITORS)
def draft_part(request: HttpRequest, uid: str, part: str) -> HttpResponse:
    """One part of a draft: its rows in words, or a small form."""
    if part == BASIS:
        return _basis(request, uid)
    if part == LIMITS:
        return _limits(request, uid)
    draft = draft_for(uid, actor_of(request))
    service = request.GET.get("service", "")
    _rows(draft, part, service)
    names = {one.code: one.name for one in draft.terms.services}
    context = {
        **_where(draft, part, service),
        "lines": words.lines_of(draft.terms, part, service),
        "service": service,
        "services": list(names.items()) if part == "papers" else [],
    }
    return render(request, f"{TEMPLATES}/part.html", context)


def _rows(draft: ProgrammeVersion, part: str, service: str) -> list[parts.Row]:
    try:
        return parts.rows_of(draft.content, part, service)
    except KeyError:
        raise Http404 from None


def _where(draft: ProgrammeVersion, part: str, service: str = "") -> dict[str, Any]:
    """Return what every page of a part says of where it is, and the way back."""
    named = draft.terms.service(service) if service else None
    label = str(words.PART_LABELS[part])
    back = reverse("programs:draft_part", args=[draft.uid, part])
    return {
        "version": draft,
        "programme": draft.programme,
        "part": part,
        "part_label": f"{label}: {named.name}" if named else label,
        "part_url": f"{back}?{urlencode({'service': service})}" if service else back,
    }


def _basis(request: HttpRequest, uid: str) -> HttpResponse:
    draft = draft_for(uid, actor_of(request))
    initial = {
        "version": draft.version,
        "effective_from": draft.effective_from,
        "legal_bases": list(draft.terms.legal_bases),
        "poverty_test": draft.terms.poverty_test,
    }

    def changed(values: dict[str, Any]) -> dict[str, Any]:
        return {**draft.content, "legal_bases": values["legal_bases"],
                "poverty_test": values["poverty_test"]}  # fmt: skip

    return _whole_part(
        request, draft, BASIS, BasisForm(request.POST or None, initial=initial), changed
    )


def _limits(request: HttpRequest, uid: str) -> HttpResponse:
    draft = draft_for(uid, actor_of(request))
    quota = draft.terms.quota
    initial = {
        "version": draft.version,
        **draft.terms.max_deciles,
        "quota_number": quota.number if quota else None,
        "quota_period": quota.period if quota else "year",
        "quota_note": quota.note if quota else "",
    }

    def changed(values: dict[str, Any]) -> dict[str, Any]:
        deciles = {name: values[name] for name in PURPOSES if values[name]}
        number = values["quota_number"]
        given = {
            "number": number,
            "period": values["quota_period"],
            "note": values["quota_note"],
        }
        return {**draft.content, "max_deciles": deciles, "quota": given if number else None}

    return _whole_part(
        request, draft, LIMITS, LimitsForm(request.POST or None, initial=initial), changed
    )


def _whole_part(
    request: HttpRequest, draft: ProgrammeVersion, part: str, form: ActForm, changed: Any
) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            services.save_draft(
                actor=actor_of(request),
                uid=draft.uid,
                version=values["version"],
                content=changed(values),
                effective_from=values.get("effective_from"),
            )
        except DomainError as error:
            add_error(form, told(error, part, None, draft))
        else:
            say_done(request, None, _("Bagian ini disimpan."))
            return redirect("programs:draft", uid=draft.uid)
    context = {**_where(draft, part), "form": form, "back": draft_url(draft)}
    return form_page(request, f"{TEMPLATES}/part_form.html", context)


@dataclass(frozen=True)
class _Row:
    """The row a page edits: where it is kept, under which key, and as it is now."""

    draft: ProgrammeVersion
    part: str
    service: str
    key: str
    rows: list[parts.Row]

    @property
    def now(self) -> parts.Row | None:
        place = parts.place_of(self.rows, self.key) if self.key else None
        return None if place is None else self.rows[place]

    @property
    def place(self) -> int:
        """Its number in the list, from 1."""
        place = parts.place_of(self.rows, self.key) if self.key else None
        return len(self.rows) + 1 if place is None else place + 1

    @property
    def name_in_document(self) -> str:
        name = parts.LISTS[self.part]
        if not self.service:
            return name
        codes = [one["code"] for one in self.draft.content["services"]]
        return f"services[{codes.index(self.service) + 1}].{name}"

    def content_with(self, row: parts.Row) -> dict[str, Any]:
        rows = parts.put(self.rows, self.key, row)
        return parts.with_rows(self.draft.content, self.part, rows, self.service)


@require_http_methods(["GET", "POST"])
@officer_page(*EDITORS)
def draft_row(request: HttpRequest, uid: str, part: str) -> HttpResponse:
    """Add a row to a part of a draft, or change one."""
    actor = actor_of(request)
    draft = draft_for(uid, actor)
    service = request.GET.get("service", "")
    row = _Row(draft, part, service, request.GET.get("row", ""), _rows(draft, part, service))
    if row.key and row.now is None and request.method == "GET":
        raise Http404
    form = _row_form(request, row, actor)
    if request.method == "POST" and "more" not in request.POST and form.is_valid():
        try:
            services.save_draft(
                actor=actor,
                uid=uid,
                version=form.cleaned_data["version"],
                content=row.content_with(form.row(row.now or {})),
            )
        except DomainError as error:
            add_error(form, told(error, part, row, draft))
            _say_gone(form, row)
        else:
            say_done(request, None, _("Baris disimpan."))
            return redirect(_where(draft, part, service)["part_url"])
    context = {
        **_where(draft, part, service),
        "form": form,
        "is_new": row.now is None,
        "title": _("Tambah baris") if not row.key else _("Ubah baris %d") % row.place,
        "more": bool(form.conditions_name) and form.slots < MOST_CONDITIONS,
    }
    return form_page(request, f"{TEMPLATES}/row.html", context)


def _row_form(request: HttpRequest, row: _Row, actor: Actor) -> RowForm:
    """Return the row's form; with one condition more, and nothing else changed, when asked for."""
    kind = ROW_FORMS[row.part]
    programmes = [(one.code, one.name) for one in Programme.objects.visible_to(actor)]
    about = Surroundings(row.draft.content, row.part, row.service, programmes)
    now = row.now or {}
    initial = {**kind.initial_of(now), "version": row.draft.version}
    if request.method != "POST":
        return kind(about=about, slots=max(1, len(kind.conditions_of(now))), initial=initial)
    slots = request.POST.get("slots", "1")
    count = int(slots) if slots.isdecimal() and len(slots) < 4 else 1
    if "more" not in request.POST:
        return kind(request.POST, about=about, slots=count, initial=initial)
    sent = kind(request.POST, about=about, slots=count)
    typed = {name: sent[name].data for name in sent.fields}
    return kind(about=about, slots=count + 1, initial=typed)


def _say_gone(form: RowForm, row: _Row) -> None:
    if row.key and row.now is None:
        gone = _("Baris ini sudah dihapus petugas lain; simpan lagi untuk menambahkannya kembali.")
        form.add_error(None, gone)


def told(error: DomainError, part: str, row: _Row | None, draft: ProgrammeVersion) -> DomainError:
    """Return a mistake of the document as the form says it: beside its box, or with its place."""
    if not isinstance(error, InvalidInput) or not error.field:
        return error
    message = str(error.message).removeprefix(f"{error.field}: ")
    name, place, rest = parts.split_way(error.field)
    if row is not None and name == row.name_in_document and place == row.place:
        return InvalidInput(message, field=ROW_FORMS[part].field_for(rest))
    if row is None and part == LIMITS and name == "max_deciles":
        return InvalidInput(message, field=rest or None)
    return InvalidInput(f"{place_in_words(error.field, draft)}: {message}")


def place_in_words(way: str, draft: ProgrammeVersion) -> str:
    """Return a mistake's place for a person: "Aturan, baris 2"."""
    name, place, _rest = parts.split_way(way)
    slug = next((slug for slug, said in parts.LISTS.items() if name.endswith(said)), None)
    if slug is None:
        slug = LIMITS if name in {"max_deciles", "quota"} else BASIS
    label = str(words.PART_LABELS[slug])
    if place is None:
        return label
    return _("%(part)s, baris %(place)d") % {"part": label, "place": place}


@require_POST
@officer_page(*EDITORS)
def draft_row_act(request: HttpRequest, uid: str, part: str) -> HttpResponse:
    """Move a row up or down, or take it out."""
    draft = draft_for(uid, actor_of(request))
    service, key = request.POST.get("service", ""), request.POST.get("row", "")
    act, version = request.POST.get("act", ""), request.POST.get("version", "")
    if act not in parts.ACTS or not version.isdecimal():
        raise InvalidInput(_("Pilih tindakannya."))
    rows = parts.acted(_rows(draft, part, service), key, act)
    try:
        services.save_draft(
            actor=actor_of(request),
            uid=uid,
            version=int(version),
            content=parts.with_rows(draft.content, part, rows, service),
        )
    except InvalidInput as error:
        raise told(error, part, None, draft) from None
    return redirect(_where(draft, part, service)["part_url"])
