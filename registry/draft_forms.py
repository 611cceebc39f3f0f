"""Letters' forms that can be kept unfinished and taken up again."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _

from puskesmas.errors import DomainError
from puskesmas.models import new_uid
from puskesmas.pages import actor_of, add_error
from registry.models import Resident
from reports.letters import drafts
from reports.letters.forms import fill_from_draft
from reports.letters.models import LetterDraft
from reports.letters.services import CannotPrint


def take_up(request: HttpRequest, form: Any, *, kind: str, resident: Resident) -> None:
    """Fill the form with the draft the address names, where it is of this kind and person.

    Raises:
        NotFound: the address names no such draft.
    """
    uid = request.GET.get("draft", "")
    if uid and request.method == "GET":
        draft = drafts.find_for(actor_of(request), uid, kind=kind, subject_uid=resident.uid)
        fill_from_draft(form, draft)


def kept(request: HttpRequest, form: Any, *, kind: str, resident: Resident) -> bool:
    """Keep what was typed, right or wrong; False when it could not be, with the reason shown."""
    form.full_clean()
    uid, version = (form.cleaned_data.get(name) for name in ("client_uid", "version"))
    form.errors.clear()  # a draft may be unfinished
    try:
        _keep(request, form, uid or new_uid(), version, kind=kind, resident=resident)
    except DomainError as error:
        add_error(form, error)
        return False
    messages.success(request, _("Konsep disimpan. Nomornya diberikan saat surat diterbitkan."))
    return True


def keep_unprinted(
    request: HttpRequest, form: Any, error: DomainError, *, kind: str, resident: Resident
) -> None:
    """Keep the draft of a letter that could not be printed, so that nobody types it again."""
    if isinstance(error, CannotPrint):
        uid = form.cleaned_data["client_uid"]
        _keep(request, form, uid, None, kind=kind, resident=resident)
        messages.warning(request, _("Konsepnya disimpan; nomor belum diberikan."))


def _keep(
    request: HttpRequest,
    form: Any,
    uid: Any,
    version: int | None,
    *,
    kind: str,
    resident: Resident,
) -> LetterDraft:
    return drafts.keep_draft(
        actor=actor_of(request),
        kind=kind,
        subject_uid=resident.uid,
        about=resident.name,
        uid=uid,
        typed=drafts.typed_in(dict(request.POST.lists()), form.fields),
        version=version,
    )
