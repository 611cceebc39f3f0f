"""REST for programmes: the catalogue, which papers each takes, and who receives what."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, serializers
from rest_framework.fields import empty
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from programs.models import Programme, ProgrammeVersion
from programs.papers import papers
from programs.selectors import papers_of, programmes_of, versions_on
from puskesmas.api import api_actor

_LONGEST_CODE = 30
_MOST_CODES = 30


class ProgrammeCodes(serializers.ListField):
    """Programmes of the actor's office by their codes; each one counts once."""

    child = serializers.CharField(max_length=_LONGEST_CODE)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=_MOST_CODES, **kwargs)

    def run_validation(self, data: Any = empty) -> Any:
        """Return the programmes. Raises ValidationError naming the unknown codes (one query)."""
        return _programmes(self.context["actor"].office, super().run_validation(data))


class PaperCodes(serializers.ListField):
    """Papers by their codes: those everybody knows, and those the office's programmes name."""

    child = serializers.CharField(max_length=_LONGEST_CODE)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=_MOST_CODES, **kwargs)

    def run_validation(self, data: Any = empty) -> Any:
        """Return the codes. Raises ValidationError naming the unknown ones (one query at most)."""
        codes = super().run_validation(data)
        if not codes or set(codes) <= set(papers()):
            return codes
        known = papers_of(self.context["actor"].office)
        unknown = {at: code for at, code in enumerate(codes) if code not in known}
        if unknown:
            words = _("Berkas tidak dikenal: %(code)s.")
            raise exceptions.ValidationError(
                {str(at): [words % {"code": code}] for at, code in unknown.items()}
            )
        return codes


class ProgrammeCode(serializers.CharField):
    """One programme of the actor's office by its code."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=_LONGEST_CODE, **kwargs)

    def run_validation(self, data: Any = empty) -> Any:
        """Return the programme. Raises ValidationError when there is none (one query)."""
        return _programmes(self.context["actor"].office, [super().run_validation(data)])[0]


def _programmes(office: Any, codes: Sequence[str]) -> list[Programme]:
    found = {row.code: row for row in programmes_of(office).filter(code__in=codes)}
    unknown = [code for code in codes if code not in found]
    if unknown:
        raise exceptions.ValidationError(
            _("Program tidak dikenal: %(codes)s.") % {"codes": ", ".join(unknown)}
        )
    return [found[code] for code in dict.fromkeys(codes)]


class RequirementOut(serializers.Serializer[Any]):
    """A paper a programme asks for. ``substitutes`` are codes of papers that serve instead."""

    code = serializers.CharField()
    name = serializers.CharField()
    mandatory = serializers.BooleanField()
    by_office = serializers.BooleanField()
    substitutes = serializers.ListField(child=serializers.CharField())


class RulesOut(serializers.Serializer[Any]):
    """The programme's rules in force today."""

    effective_from = serializers.DateField()
    legal_basis = serializers.CharField()
    max_decile = serializers.IntegerField(allow_null=True)
    requirements = RequirementOut(many=True, source="terms.requirements")


class ProgrammeOut(serializers.Serializer[Any]):
    """A programme. ``rules`` is null before its first version starts."""

    uid = serializers.UUIDField()
    code = serializers.CharField()
    name = serializers.CharField()
    owner = serializers.CharField()
    tier = serializers.ChoiceField(choices=Programme.Tier.choices)
    unit = serializers.ChoiceField(choices=Programme.Unit.choices)
    rules = serializers.SerializerMethodField()

    @extend_schema(responses=RulesOut(allow_null=True))
    def get_rules(self, programme: Programme) -> dict[str, Any] | None:
        version = self.context["versions"].get(programme.pk)
        return dict(RulesOut(version).data) if version else None


class ProgrammeList(APIView):
    """The office's catalogue in the order programmes are offered, with today's rules."""

    @extend_schema(responses=ProgrammeOut(many=True), tags=["catalogue"])
    def get(self, request: Request) -> Response:
        office = api_actor(request).office
        programmes = list(programmes_of(office))
        versions: dict[int, ProgrammeVersion] = versions_on(programmes, office.today())
        context = {"versions": versions}
        return Response(ProgrammeOut(programmes, many=True, context=context).data)
