"""Tags and filters that every template has (a builtin): how facts are worded and drawn.

Values are shown as people say them; every filter answers ``–`` for a missing value.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django import template
from django.forms import BaseForm, BaseFormSet
from django.template import Context
from django.template.loader import render_to_string
from django.utils import formats, timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override
from lucide.templatetags.lucide import lucide

from puskesmas import typed_numbers

register = template.Library()

NOTHING = "–"
SHOWN = 4  # digits of a masked number
TONES = {"neutral", "info", "progress", "waiting", "success", "warning", "danger", "emergency"}


@register.simple_tag
def icon(name: str, size: int = 20) -> SafeString:
    """The Lucide icon ``name`` as inline SVG, hidden from screen readers: it never stands alone."""
    return _icon(str(name), size)


@lru_cache(maxsize=256)
def _icon(name: str, size: int) -> SafeString:
    drawing = lucide(name, size=size, aria_hidden="true", focusable="false", **{"class": "icon"})
    return mark_safe(" ".join(drawing.split()))  # noqa: S308 (drawn by the package)


@register.filter
def masked(number: Any) -> SafeString | str:
    """A NIK, KK or phone number with all but its last four digits hidden."""
    digits = str(number or "")
    if not digits:
        return NOTHING
    if len(digits) < SHOWN * 2:
        return "•" * SHOWN
    return format_html(
        '<span class="masked"><span class="visually-hidden">{} </span>'
        '<span aria-hidden="true">•••• </span>{}</span>',
        _("nomor berakhiran"),
        digits[-SHOWN:],
    )


@register.simple_tag(takes_context=True)
def number(context: Context, digits: Any) -> SafeString | str:
    """A NIK or KK, masked — but whole to the officer who has just typed it."""
    request = context.get("request")
    if request is not None and typed_numbers.was_typed(request, str(digits or "")):
        return str(digits)
    return masked(digits)


@register.filter
def receipt(number: Any) -> str:
    """A receipt number in its spoken groups: ``4821 0937 5561``."""
    digits = str(number or "")
    return " ".join(digits[at : at + 4] for at in range(0, len(digits), 4)) or NOTHING


@register.filter
def angka(value: Any) -> str:
    """A number with its thousands apart: ``1.234`` (Indonesian), ``1,234`` (English)."""
    return NOTHING if value in (None, "") else formats.number_format(value, force_grouping=True)


@register.filter
def rupiah(value: Any) -> str:
    """Whole rupiah: ``Rp1.250.000``. Grouped the Indonesian way in every language."""
    if value in (None, ""):
        return NOTHING
    with override("id"):
        amount = formats.number_format(abs(Decimal(value)), 0, force_grouping=True)
    return f"-Rp{amount}" if Decimal(value) < 0 else f"Rp{amount}"


def _local(moment: date) -> date:
    """A moment in the active zone (the office's); a plain date as it is."""
    if isinstance(moment, datetime) and timezone.is_aware(moment):
        return timezone.localtime(moment)
    return moment


@register.filter
def tanggal(moment: date | None) -> str:
    """A date or moment as a long date in the office's zone: ``22 November 2026``."""
    return formats.date_format(_local(moment), "DATE_FORMAT") if moment else NOTHING


@register.filter
def tanggal_jam(moment: datetime | None) -> str:
    """A moment with its hour and zone: ``22 November 2026, 09.15 WIB``."""
    if not moment:
        return NOTHING
    local = _local(moment)
    zone = local.tzname() if isinstance(local, datetime) else ""
    return f"{formats.date_format(local, 'DATETIME_FORMAT')} {zone or ''}".strip()


@register.filter
def hari(days: int | None, kind: str = "kerja") -> str:
    """Days until (or, negative, since) a due date, as people say it: ``2 hari kerja lagi``.

    ``kind`` is ``kerja`` (working days) or ``kalender`` (calendar days).
    """
    if days is None:
        return NOTHING
    count = abs(days)
    if days == 0:
        return _("hari ini")
    if days > 0 and kind == "kerja":
        return ngettext("%(n)s hari kerja lagi", "%(n)s hari kerja lagi", count) % {"n": count}
    if days > 0:
        return ngettext("%(n)s hari lagi", "%(n)s hari lagi", count) % {"n": count}
    if kind == "kerja":
        return ngettext("lewat %(n)s hari kerja", "lewat %(n)s hari kerja", count) % {"n": count}
    return ngettext("lewat %(n)s hari", "lewat %(n)s hari", count) % {"n": count}


@register.simple_tag
def tenggat(days: int | None, due: date | None, kind: str = "kerja") -> SafeString | str:
    """A due date in words, its date on hover and in print; red once it has passed."""
    if days is None or due is None:
        return NOTHING
    tone = "late" if days < 0 else "near" if days <= 1 else "calm"
    return format_html(
        '<time class="due due-{}" datetime="{}" title="{}">{}<span class="print-only"> ({})</span>'
        "</time>",
        tone,
        _local(due).isoformat(),
        tanggal(due),
        hari(days, kind),
        tanggal(due),
    )


@register.inclusion_tag("components/badge.html")
def badge(label: Any, tone: str = "neutral", icon: str = "") -> dict[str, Any]:
    """A state in words; the tone (one of ``TONES``) only repeats what the words say."""
    if tone not in TONES:
        raise template.TemplateSyntaxError(f"badge: unknown tone {tone!r}, use one of {TONES}")
    return {"label": label, "tone": tone, "icon_name": icon}


@register.inclusion_tag("components/error_summary.html")
def error_summary(*forms: BaseForm | BaseFormSet[Any]) -> dict[str, Any]:
    """Every error of ``forms``, each a link to its field. Nothing when there is none."""
    return {"errors": [error for form in forms for error in _errors_of(form)]}


def _errors_of(form: BaseForm | BaseFormSet[Any]) -> Iterator[dict[str, str]]:
    if isinstance(form, BaseFormSet):
        for message in form.non_form_errors() if form.is_bound else ():
            yield {"target": "", "message": str(message)}
        for member in form.forms:
            yield from _errors_of(member)
        return
    for message in form.non_field_errors():
        yield {"target": "", "message": str(message)}
    for name in form.errors:
        if name in form.fields:
            bound = form[name]
            target = "" if bound.is_hidden else getattr(bound, "target_id", bound.id_for_label)
            for message in bound.errors:
                yield {"target": target, "message": _named(str(bound.label), str(message))}


def _named(label: str, message: str) -> str:
    """Put the field's label before a message that does not name it."""
    if label.lower() in message.lower():
        return message
    return f"{label.rstrip(':?')}: {message}"


@register.simple_tag
def fields(form: BaseForm, *names: str) -> SafeString:
    """The named fields of ``form``, drawn in that order: ``{% fields form "nik" "name" %}``.

    Hidden ones have no label.
    """
    named = (form[name] for name in names)
    drawn = "".join(str(one) if one.is_hidden else one.as_field_group() for one in named)
    return mark_safe(drawn)  # noqa: S308 (rendered templates, already escaped)


@register.inclusion_tag("components/fact.html")
def fact(label: Any, value: Any, url: str = "", action: Any = "", lang: str = "") -> dict[str, Any]:
    """One row of a ``<dl class="facts">``; with ``url`` also its link (``Ubah`` by default).

    ``lang`` is the language of a value that somebody wrote ("id"), whatever the page speaks.
    """
    shown = NOTHING if value in (None, "") else value
    return {
        "label": label,
        "value": shown,
        "lang": lang,
        "url": url,
        "action": action or _("Ubah"),
    }


@register.filter
def written(value: Any) -> SafeString:
    """Mark what somebody wrote as Indonesian, whatever language the page speaks."""
    return format_html('<span lang="id">{}</span>', value)


@register.simple_tag
def crumb(label: Any, url: str = "") -> SafeString:
    """One step of ``{% breadcrumbs %}``; the last, this page, has no ``url``."""
    if url:
        return format_html('<li><a href="{}">{}</a></li>', url, label)
    return format_html('<li><span aria-current="page">{}</span></li>', label)


def _component(name: str, content: str, **context: Any) -> SafeString:
    inner = mark_safe(content.strip())  # noqa: S308 (rendered templates, already escaped)
    return render_to_string(f"components/{name}.html", {"content": inner, **context})


@register.simple_tag(takes_context=True)
def draw_panel(context: Context, name: str, data: dict[str, Any]) -> SafeString:
    """A panel that ``puskesmas.panels.load`` answered: its template with its own context."""
    return render_to_string(name, data, request=context.get("request"))


@register.simple_block_tag
def breadcrumbs(content: str) -> SafeString:
    """See ``components/breadcrumbs.html``."""
    return _component("breadcrumbs", content)


@register.simple_block_tag
def page_header(content: str, title: Any, caption: Any = "", waiting: Any = "") -> SafeString:
    """See ``components/page_header.html``."""
    return _component("page_header", content, title=title, caption=caption, waiting=waiting)


@register.simple_block_tag
def panel(
    content: str, title: Any = "", level: int = 2, quiet: bool = False, id: str = ""
) -> SafeString:
    """See ``components/panel.html``."""
    return _component("panel", content, title=title, level=level, quiet=quiet, id=id)


@register.simple_block_tag
def callout(content: str, title: Any = "", tone: str = "info") -> SafeString:
    """See ``components/callout.html``."""
    return _component("callout", content, title=title, tone=tone)


@register.simple_block_tag
def disclose(content: str, summary: Any, opened: bool = False) -> SafeString:
    """See ``components/disclose.html``."""
    return _component("disclose", content, summary=summary, opened=opened)


@register.simple_block_tag
def empty_state(content: str, title: Any, icon: str = "inbox") -> SafeString:
    """See ``components/empty_state.html``."""
    return _component("empty_state", content, title=title, icon_name=icon)


@register.simple_block_tag
def form_section(content: str, legend: Any, hint: Any = "") -> SafeString:
    """See ``components/form_section.html``."""
    return _component("form_section", content, legend=legend, hint=hint)
