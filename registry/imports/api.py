"""REST for lists: hand in, columns, trial, load, stop, take back; what is to be looked at.

A worker does the acts piece by piece: they answer 202, and the list's ``status`` says the rest.
"""

from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_field
from rest_framework import generics, serializers, status
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from puskesmas.actors import Actor
from puskesmas.api import api_actor
from puskesmas.api_answers import FileView, with_version
from puskesmas.api_requests import (
    IDEMPOTENCY_KEY,
    IF_MATCH,
    Body,
    DayField,
    NoBody,
    idempotency_key,
    if_match,
    valid,
)
from puskesmas.errors import InvalidInput
from puskesmas.history import audit
from registry.identity import mask_number
from registry.imports import cells, columns, problems, selectors, services
from registry.imports.forms import example_of
from registry.imports.views import XLSX, reasons_response
from registry.models import Import, ImportRow, Register

_TAGS = ["lists"]


class HandInIn(Body):
    """A list: ``register`` is a register's code, needed for a register's list only.

    ``data_date`` is the day the data speaks of, not today. A list of part of the village says
    which ``part``, and judges nobody whom it leaves out. ``origin`` is who gave it: SIKS-NG …
    """

    upload = serializers.FileField()
    kind = serializers.ChoiceField(choices=Import.Kind.choices)
    register = serializers.CharField(max_length=20, required=False, allow_blank=True)
    data_date = DayField()
    whole_village = serializers.BooleanField(default=True)
    part = serializers.CharField(max_length=120, required=False, allow_blank=True)
    origin = serializers.CharField(
        source="source", max_length=120, required=False, allow_blank=True
    )


class ImportOut(serializers.Serializer[Any]):
    """A list and how far it is: ``done_lines`` of ``total_lines`` lines of the sheet.

    ``total_lines`` is null until a worker has opened the file, and counts what the file says it
    has: empty lines at its end too. Taking back counts down.
    """

    uid = serializers.UUIDField()
    version = serializers.IntegerField()
    kind = serializers.ChoiceField(choices=Import.Kind.choices)
    register = serializers.CharField(source="register.code", default="")
    data_date = serializers.DateField()
    whole_village = serializers.BooleanField()
    part = serializers.CharField()
    origin = serializers.CharField(source="source")
    handed_in_at = serializers.DateTimeField(source="created_at")
    handed_in_by = serializers.CharField(source="created_by.name", default="")
    status = serializers.ChoiceField(choices=Import.Status.choices)
    error = serializers.CharField()
    total_lines = serializers.IntegerField(allow_null=True)
    done_lines = serializers.IntegerField()
    finished_at = serializers.DateTimeField(allow_null=True)


class ProblemOut(serializers.Serializer[Any]):
    """What is wrong: a stable code, its words, how grave it is."""

    code = serializers.CharField()
    words = serializers.CharField()
    gravity = serializers.ChoiceField(choices=[one.value for one in problems.Gravity])


class ProblemCountOut(ProblemOut):
    count = serializers.IntegerField()


class CountsOut(serializers.Serializer[Any]):
    """What a trial or loading found. ``persons`` are the rows that stand for somebody.

    ``outcomes`` counts rows by new, changed, same, skipped, error; ``by_rw`` the persons loaded.
    ``already_loaded``: this very file is in, and loading it would change nothing.
    """

    persons = serializers.IntegerField(source="rows", default=0)
    outcomes = serializers.DictField(child=serializers.IntegerField(), default=dict)
    by_rw = serializers.DictField(child=serializers.IntegerField(), default=dict)
    already_loaded = serializers.BooleanField(default=False)


class ImportDetailOut(ImportOut):
    """A list with what was found; ``counts`` is null until it was tried.

    ``mapping`` says which field a column (its place, from 0) holds; titles are at ``columns/``.
    ``kept`` counts the rows whose change stayed when the list was taken back.
    """

    mapping = serializers.DictField(child=serializers.CharField())
    counts = serializers.SerializerMethodField()
    problems = serializers.SerializerMethodField()
    kept = serializers.SerializerMethodField()

    @extend_schema_field(CountsOut(allow_null=True))
    def get_counts(self, batch: Import) -> dict[str, Any] | None:
        return dict(CountsOut(batch.counts).data) if selectors.was_tried(batch) else None

    @extend_schema_field(ProblemCountOut(many=True))
    def get_problems(self, batch: Import) -> list[dict[str, Any]]:
        if not selectors.was_tried(batch):
            return []
        return [
            {**_problem(one["code"]), "count": one["count"]}
            for one in selectors.problem_counts(batch)
        ]

    def get_kept(self, batch: Import) -> int:
        return selectors.kept_count(batch)


class ColumnIn(Body):
    """What one column holds; its place counts from 0. A column left out is not used."""

    column = serializers.IntegerField(min_value=0, max_value=9999)
    field = serializers.ChoiceField(choices=list(columns.FIELDS))


class ColumnsIn(Body):
    columns = ColumnIn(many=True, allow_empty=False)


class ColumnOut(serializers.Serializer[Any]):
    """A column: title, what it holds ("" for nothing), the first values (long numbers cut)."""

    column = serializers.IntegerField()
    title = serializers.CharField()
    field = serializers.CharField()
    examples = serializers.ListField(child=serializers.CharField())


class ColumnsOut(serializers.Serializer[Any]):
    columns = ColumnOut(many=True)


class ImportRowOut(serializers.Serializer[Any]):
    """A row of the sheet that wants a look, NIK masked.

    ``kept_because`` is why its change stayed when the list was taken back: a code, "" for none.
    """

    line = serializers.IntegerField()
    outcome = serializers.ChoiceField(choices=ImportRow.Outcome.choices)
    name = serializers.SerializerMethodField()
    nik = serializers.SerializerMethodField()
    resident = serializers.UUIDField(source="resident.uid", allow_null=True, default=None)
    problems = serializers.SerializerMethodField()
    kept_because = serializers.CharField()
    words = serializers.SerializerMethodField()

    def get_name(self, row: ImportRow) -> str:
        return self._cell(row, "name") or (row.resident.name if row.resident else "")

    def get_nik(self, row: ImportRow) -> str:
        number = self._cell(row, "nik") or (row.resident.nik if row.resident else "")
        return mask_number(number) if number else ""

    @extend_schema_field(ProblemOut(many=True))
    def get_problems(self, row: ImportRow) -> list[dict[str, Any]]:
        return [_problem(code) for code in row.problems]

    def get_words(self, row: ImportRow) -> list[str]:
        return selectors.words_about(row)

    def _cell(self, row: ImportRow, field: str) -> str:
        at = selectors.column_of(self.context["batch"], field)
        return cells.text_of(row.raw[at]) if at is not None and at < len(row.raw) else ""


def _problem(code: str) -> dict[str, Any]:
    known = problems.PROBLEMS[code]
    return {"code": code, "words": str(known.words), "gravity": known.gravity.value}


def _detail(actor: Actor, uid: Any, *, http_status: int = status.HTTP_200_OK) -> Response:
    batch = selectors.import_of(uid, actor=actor)
    return with_version(ImportDetailOut(batch).data, batch.version, http_status=http_status)


class Lists(generics.ListAPIView[Any]):
    """The office's lists, newest first; a new one."""

    roles = services.IMPORT_ROLES
    queryset = Import.objects.none()
    serializer_class = ImportOut
    order = ("-pk",)
    parser_classes = (MultiPartParser,)

    @extend_schema(tags=_TAGS)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List them, in pages by position."""
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> Any:
        return selectors.imports_of(api_actor(self.request))

    @extend_schema(
        request={"multipart/form-data": HandInIn},
        responses={201: ImportDetailOut},
        parameters=[IDEMPOTENCY_KEY],
        tags=_TAGS,
    )
    def post(self, request: Request) -> Response:
        """Hand in a file (multipart); its columns are guessed, nothing is loaded yet."""
        actor = api_actor(request)
        values = valid(HandInIn, request)
        code = values.pop("register", "")
        batch = services.hand_in(
            actor=actor,
            register=_register(actor, code) if code else None,
            client_uid=idempotency_key(request),
            **values,
        )
        return _detail(actor, batch.uid, http_status=status.HTTP_201_CREATED)


def _register(actor: Actor, code: str) -> Register:
    found: Register | None = Register.objects.visible_to(actor).filter(code=code).first()
    if found is None:
        raise InvalidInput(_("Daftar dengan kode ini tidak ada di kantor ini."), field="register")
    return found


class ListDetail(APIView):
    """One list: how far it is, what was found."""

    roles = services.IMPORT_ROLES

    @extend_schema(responses=ImportDetailOut, tags=_TAGS)
    def get(self, request: Request, uid: str) -> Response:
        return _detail(api_actor(request), uid)


class ListColumns(APIView):
    """What the columns of a list hold."""

    roles = services.IMPORT_ROLES

    @extend_schema(responses=ColumnsOut, tags=_TAGS)
    def get(self, request: Request, uid: str) -> Response:
        """Show every column with its title; this opens the file, so do not poll here."""
        batch = selectors.import_of(uid, actor=api_actor(request))
        titles, samples = selectors.sample_of(batch)
        found = [
            {
                "column": at,
                "title": cells.text_of(title),
                "field": batch.mapping.get(str(at), ""),
                "examples": [example_of(line[at]) for line in samples if at < len(line)],
            }
            for at, title in enumerate(titles)
        ]
        return with_version(ColumnsOut({"columns": found}).data, batch.version)

    @extend_schema(request=ColumnsIn, responses=ImportDetailOut, parameters=[IF_MATCH], tags=_TAGS)
    def put(self, request: Request, uid: str) -> Response:
        """Say what the columns hold; an earlier trial no longer counts."""
        actor = api_actor(request)
        selectors.import_of(uid, actor=actor)
        said = valid(ColumnsIn, request)["columns"]
        mapping = {str(one["column"]): one["field"] for one in said}
        if len(mapping) < len(said):
            raise InvalidInput(_("Satu kolom disebut dua kali."), field="columns")
        services.map_columns(actor=actor, uid=uid, version=if_match(request), mapping=mapping)
        return _detail(actor, uid)


class _Act(APIView):
    """Base of the acts a worker carries out."""

    roles = services.IMPORT_ROLES
    verb: Any

    @extend_schema(
        request=NoBody, responses={202: ImportDetailOut}, parameters=[IF_MATCH], tags=_TAGS
    )
    def post(self, request: Request, uid: str) -> Response:
        actor = api_actor(request)
        # Another office's list does not exist, whatever else is wrong.
        selectors.import_of(uid, actor=actor)
        valid(NoBody, request)
        type(self).verb(actor=actor, uid=uid, version=if_match(request))
        return _detail(actor, uid, http_status=status.HTTP_202_ACCEPTED)


class ListCheck(_Act):
    """Try the list dry: every row is read and compared, nothing is changed."""

    verb = staticmethod(services.check)


class ListLoad(_Act):
    """Load a list that was tried; asking again while it loads is harmless."""

    verb = staticmethod(services.queue)


class ListCancel(_Act):
    """Stop a trial or a loading; what is in already is taken back."""

    verb = staticmethod(services.cancel)


class ListUndo(_Act):
    """Take a loaded list back; what was changed or used since stays, and is among its rows."""

    verb = staticmethod(services.undo)


class ListRows(generics.ListAPIView[Any]):
    """The rows to look at, in the order of the sheet; once taken back, the rows that stay."""

    roles = services.IMPORT_ROLES
    queryset = ImportRow.objects.none()
    serializer_class = ImportRowOut
    order = ("line",)

    @extend_schema(tags=_TAGS)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List them, in pages by position; the look is audited."""
        actor = api_actor(request)
        self.batch = selectors.import_of(self.kwargs["uid"], actor=actor)
        audit(actor=actor, action="import.open_rows", subject=self.batch)
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> Any:
        return selectors.rows_to_check(self.batch)

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "batch": getattr(self, "batch", None)}


class ListReasons(FileView):
    """The rows to look at as the same sheet, the reasons in front (whole NIKs; audited)."""

    roles = services.IMPORT_ROLES

    @extend_schema(
        responses={(200, XLSX): OpenApiResponse({"type": "string", "format": "binary"})},
        tags=_TAGS,
    )
    def get(self, request: Request, uid: str) -> HttpResponse:
        actor = api_actor(request)
        return reasons_response(selectors.import_of(uid, actor=actor), actor=actor)
