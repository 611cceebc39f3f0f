"""The form beside a difference that no button mends."""

from django import forms
from django.utils.translation import gettext_lazy as _

from puskesmas.pages import ActForm


class ExplainForm(ActForm):
    """Why a difference is left as it is."""

    reason = forms.CharField(
        label=_("Penjelasan"),
        help_text=_("Apa yang diperiksa, dengan siapa, dan mengapa dibiarkan begitu."),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
