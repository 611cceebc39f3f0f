"""What is said on a partner's page, whoever asked him."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from puskesmas.errors import InvalidInput
from referrals.workflow import Answer, Realisation

#: What a partner says of the request, and then of the aid.
ANSWERS = (Answer.STUDIED, Answer.APPROVED, Answer.REFUSED, Answer.RETURNED)
REALISATIONS = (
    Realisation.PROMISED,
    Realisation.READY,
    Realisation.COLLECTED,
    Realisation.NEVER,
)


@dataclass(frozen=True)
class Said:
    """What was filled in on the page. ``place`` … ``who`` are asked for with "ready"."""

    value: str
    name: str
    position: str
    reason: str = ""
    document_number: str = ""
    place: str = ""
    time: str = ""
    bring: str = ""
    who: str = ""

    @property
    def said_by(self) -> str:
        """Return who typed it: name and position."""
        return f"{self.name.strip()}, {self.position.strip()}"[:160]


def how_to_collect(said: Said) -> str:
    """Return what the resident reads, in Indonesian as all that is written to him.

    Raises:
        InvalidInput: "ready" without place, time, what to bring or who may collect.
    """
    if said.value != Realisation.READY:
        return ""
    told = {
        "place": ("Tempat", said.place),
        "time": ("Hari dan jam", said.time),
        "bring": ("Yang dibawa", said.bring),
        "who": ("Yang boleh mengambil", said.who),
    }
    for field, (_label, text) in told.items():
        if not text.strip():
            raise InvalidInput(
                _("Warga perlu tahu ini sebelum berangkat: tulis di sini."), field=field
            )
    return "\n".join(f"{label}: {text.strip()}" for label, text in told.values())
