"""Pages of the answer files: hand in, say what its columns hold, look, record."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from puskesmas.errors import DomainError
from puskesmas.history import audit
from puskesmas.pages import actor_of, add_error, carried_out, form_page, officer_page, say_done
from registry.models import AnswerFile
from registry.proposals import answers as verbs
from registry.proposals.answer_forms import AnswerColumnsForm, AnswersForm
from registry.proposals.workflow import KEEPERS


@require_http_methods(["GET", "POST"])
@officer_page(*KEEPERS, village=True)
def answers_new(request: HttpRequest) -> HttpResponse:
    """Hand in an answer file."""
    actor = actor_of(request)
    form = AnswersForm(
        request.POST or None,
        request.FILES or None,
        initial={"answered_on": actor.office.today()},
    )
    if request.method == "POST" and form.is_valid():
        try:
            answers = verbs.hand_in(actor=actor, **form.cleaned_data)
        except DomainError as error:
            add_error(form, error)
        else:
            say_done(request, answers)
            page = "answers" if answers.is_readable else "answers_columns"
            return redirect(f"proposals:{page}", uid=answers.uid)
    return form_page(request, "proposals/answers_new.html", {"form": form})


@require_GET
@officer_page(*KEEPERS, village=True)
def answers(request: HttpRequest, uid: str) -> HttpResponse:
    """What each row of an answer file would do, or did."""
    actor = actor_of(request)
    item = verbs.answer_file(uid, actor=actor)
    audit(actor=actor, action="open_answers", subject=item)
    rows = verbs.try_dry(item, actor=actor)
    context = {
        "answers": item,
        "tiles": verbs.tally(rows),
        "to_do": sum(row.outcome == "changes" for row in rows),
        "rows": sorted(rows, key=lambda row: (row.outcome == "same", row.line)),
    }
    return render(request, "proposals/answers.html", context)


@require_http_methods(["GET", "POST"])
@officer_page(*KEEPERS, village=True)
def answers_columns(request: HttpRequest, uid: str) -> HttpResponse:
    """Say what each column of the file holds; it is tried again."""
    actor = actor_of(request)
    item = verbs.answer_file(uid, actor=actor)
    if request.method == "GET":
        # The example values name people.
        audit(actor=actor, action="open_answers", subject=item)
    form = AnswerColumnsForm(
        request.POST or None, columns=verbs.columns_of(item), initial={"version": item.version}
    )

    def set_columns(version: int | None, **_chosen: Any) -> AnswerFile:
        return verbs.set_columns(actor=actor, uid=uid, version=version, columns=form.chosen())

    if carried_out(request, form, set_columns, done=_("Kolom disimpan; periksa hasilnya.")):
        return redirect("proposals:answers", uid=uid)
    return form_page(request, "proposals/answers_columns.html", {"form": form, "answers": item})


@require_POST
@officer_page(*KEEPERS, village=True)
def answers_apply(request: HttpRequest, uid: str) -> HttpResponse:
    """Record the answers of the file."""
    actor = actor_of(request)
    version = request.POST.get("version", "")
    item = verbs.apply(actor=actor, uid=uid, version=int(version) if version.isdecimal() else None)
    say_done(request, item, _("Jawaban dari berkas ini sudah dicatat."))
    return redirect("proposals:answers", uid=uid)
