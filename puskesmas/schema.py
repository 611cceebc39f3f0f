"""How the OpenAPI document describes our keys, bodies and errors."""

from typing import Any

from drf_spectacular.extensions import (
    OpenApiAuthenticationExtension,
    OpenApiSerializerExtension,
)
from drf_spectacular.openapi import AutoSchema


class Schema(AutoSchema):
    """The package's, with the first sentence of each description as its heading."""

    def get_summary(self) -> str:
        """Return what the operation does, in a line."""
        first: str = self.get_description().partition("\n")[0]
        return first.partition(". ")[0].rstrip(".")


class TokenScheme(OpenApiAuthenticationExtension):
    """Bearer tokens made on the page "Token aplikasi"."""

    target_class = "puskesmas.api.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """Return the OpenAPI security scheme."""
        return {"type": "http", "scheme": "bearer"}


class BodyScheme(OpenApiSerializerExtension):
    """What a program sends has no fields but these."""

    target_class = "puskesmas.api_requests.Body"
    match_subclasses = True

    def map_serializer(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        """Return the body's schema, closed."""
        schema = auto_schema._map_serializer(self.target, direction, bypass_extensions=True)
        return {**schema, "additionalProperties": False}


#: RFC 9457, with the fields this program adds.
PROBLEM: dict[str, Any] = {
    "type": "object",
    "description": (
        "What went wrong (RFC 9457). `code` is stable, `title` is for people; `errors` name the "
        "fields; a 409 carries the record's `state`, or `yours` and `current` version."
    ),
    "required": ["type", "title", "status", "code"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "detail"],
                "properties": {"field": {"type": "string"}, "detail": {"type": "string"}},
            },
        },
        "state": {"type": "string"},
        "yours": {"type": "integer"},
        "current": {"type": "integer"},
    },
}


def add_problems(result: dict[str, Any], **_more: Any) -> dict[str, Any]:
    """Say in the document that every error is a problem (a drf-spectacular hook)."""
    result["components"].setdefault("schemas", {})["Problem"] = PROBLEM
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for path in result["paths"].values():
        for operation in path.values():
            operation["responses"]["default"] = {"description": "Problem", "content": content}
    return result
