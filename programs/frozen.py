"""A published version is never changed: the database itself refuses (ADR 17)."""

TABLES = {"programs_programmeversion": "OLD.published_at IS NOT NULL"}
