"""One letter of a kind about one thing, whoever asks for it at the same moment."""

import uuid


def once_key(kind: str, subject_uid: uuid.UUID, turn: int = 0) -> uuid.UUID:
    """Return the ``client_uid`` of the only letter of a kind about a subject.

    The database lets one letter bear it. ``turn`` counts the letters before it that stand no more,
    as a voided one: then there may be another.
    """
    return uuid.uuid5(subject_uid, f"{kind}:{turn}")
