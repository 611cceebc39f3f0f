"""REST for the catalogue: its versions on a day, a programme's history, the file out and in."""

from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from programs.catalogue import selectors
from programs.catalogue.exchange import export_catalogue, import_catalogue
from programs.catalogue.file_views import planned
from programs.catalogue.forms import MAX_FILE_BYTES
from programs.catalogue.roles import EDITORS
from programs.models import Programme
from programs.selectors import programmes_of, versions_on
from puskesmas.api import api_actor
from puskesmas.api_requests import Body, valid
from puskesmas.errors import InvalidInput

_TAGS = ["catalogue"]


class VersionOut(serializers.Serializer[Any]):
    """What a programme lays down from a day on; ``content`` is the document of the file."""

    uid = serializers.UUIDField()
    effective_from = serializers.DateField()
    published_at = serializers.DateTimeField()
    content = serializers.DictField()


class CatalogueProgrammeOut(serializers.Serializer[Any]):
    """A programme as the office keeps it; ``in_force`` is null where no version is on that day."""

    uid = serializers.UUIDField()
    code = serializers.CharField()
    name_id = serializers.CharField()
    name_en = serializers.CharField()
    owner = serializers.CharField()
    tier = serializers.ChoiceField(choices=Programme.Tier.choices)
    unit = serializers.ChoiceField(choices=Programme.Unit.choices)
    aliases = serializers.ListField(child=serializers.CharField())
    in_force = serializers.SerializerMethodField()

    @extend_schema(responses=VersionOut(allow_null=True))
    def get_in_force(self, programme: Programme) -> dict[str, Any] | None:
        version = self.context["versions"].get(programme.pk)
        return dict(VersionOut(version).data) if version else None


class FileOut(serializers.Serializer[Any]):
    """The whole published catalogue as TOML."""

    text = serializers.CharField()


class CatalogueImportIn(Body):
    """A catalogue file. ``dry_run`` only says what would change.

    ``as_drafts`` publishes nothing of programmes the office has: what differs becomes a draft.
    """

    text = serializers.CharField(max_length=MAX_FILE_BYTES, trim_whitespace=False)
    dry_run = serializers.BooleanField(default=True)
    as_drafts = serializers.BooleanField(default=True)


class PlannedOut(serializers.Serializer[Any]):
    """What a file says otherwise of a programme: fields, first days of versions and agreements."""

    code = serializers.CharField(source="entry.code")
    kind = serializers.ChoiceField(choices=["new", "changed"])
    fields_changed = serializers.SerializerMethodField()
    versions = serializers.SerializerMethodField()
    agreements = serializers.SerializerMethodField()

    def get_fields_changed(self, planned: Any) -> list[str]:
        return [name for name, _now, _then in planned.fields]

    def get_versions(self, planned: Any) -> list[date]:
        return [one.effective_from for one in planned.versions]

    def get_agreements(self, planned: Any) -> list[date]:
        return [one.since for one, _kind in planned.agreements]


class CatalogueImportOut(serializers.Serializer[Any]):
    """The differences, and how many rows of each kind were (or would be) taken."""

    changes = PlannedOut(many=True)
    counts = serializers.DictField(child=serializers.IntegerField())


class CatalogueOnDay(APIView):
    """The office's catalogue with the versions in force on a day."""

    @extend_schema(
        responses=CatalogueProgrammeOut(many=True),
        parameters=[OpenApiParameter("day", date, description="Today when left out.")],
        tags=_TAGS,
    )
    def get(self, request: Request) -> Response:
        """List it in the order programmes are offered (two queries)."""
        office = api_actor(request).office
        day = _day(request) or office.today()
        programmes = list(programmes_of(office))
        context = {"versions": versions_on(programmes, day)}
        return Response(CatalogueProgrammeOut(programmes, many=True, context=context).data)


def _day(request: Request) -> date | None:
    asked = request.query_params.get("day", "")
    try:
        return date.fromisoformat(asked) if asked else None
    except ValueError:
        raise InvalidInput(_("Tulis harinya seperti 2026-11-22."), field="day") from None


class ProgrammeVersions(APIView):
    """A programme's published versions, newest first."""

    @extend_schema(responses=VersionOut(many=True), tags=_TAGS)
    def get(self, request: Request, uid: str) -> Response:
        programme = selectors.programme(uid, actor=api_actor(request))
        return Response(VersionOut(selectors.versions_of(programme), many=True).data)


class CatalogueFileView(APIView):
    """The whole published catalogue as one readable file."""

    @extend_schema(responses=FileOut, tags=_TAGS)
    def get(self, request: Request) -> Response:
        return Response({"text": export_catalogue(api_actor(request).office)})


class CatalogueImport(APIView):
    """Take a catalogue file over, or see what it would change."""

    roles = EDITORS

    @extend_schema(request=CatalogueImportIn, responses=CatalogueImportOut, tags=_TAGS)
    def post(self, request: Request) -> Response:
        """Answer with the differences; a trial changes nothing."""
        actor, values = api_actor(request), valid(CatalogueImportIn, request)
        plan = planned(actor, values["text"])
        counts = import_catalogue(actor=actor, **values)
        return Response(CatalogueImportOut({"changes": plan.changes, "counts": dict(counts)}).data)
