"""What may differ between the two lists, and what becomes of a difference that was found."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from puskesmas.models import Role
from puskesmas.workflow import SYSTEM, Workflow, step

#: Who looks after the differences of a village.
KEEPERS = (Role.COORDINATOR.value, Role.ADMIN.value)


class Kind(TextChoices):
    """How the two lists differ about one referral."""

    MISSING_ABOVE = "missing_above", _("Hilang di SLRT")
    OLDER_ABOVE = "older_above", _("Perbaikan hilang di SLRT")
    OTHER_CONTENT = "other_content", _("Isi berbeda")
    UNKNOWN_HERE = "unknown_here", _("Tidak tercatat di sini")
    NOT_NOTED = "not_noted", _("Tanda terima belum dicatat")
    ANSWERS_MISSING = "answers_missing", _("Kabar SLRT hilang di sini")
    AHEAD_HERE = "ahead_here", _("Kabar hilang di SLRT")
    CONTRADICTION = "contradiction", _("Jawaban bertentangan")


class Standing(TextChoices):
    """What has become of a difference. Only a later comparison says that it is gone."""

    WAITING = "waiting", _("Perlu diperiksa")
    MENDED = "mended", _("Ditangani, menunggu dicocokkan lagi")
    EXPLAINED = "explained", _("Dijelaskan")
    GONE = "gone", _("Sudah cocok")


S = Standing
STANDING = Workflow(
    "standing",
    Standing,
    [
        step("mend", _("Tangani"), [S.WAITING], S.MENDED, KEEPERS),
        step(
            "explain",
            _("Jelaskan"),
            [S.WAITING, S.MENDED],
            S.EXPLAINED,
            KEEPERS,
            needs_reason=True,
        ),
        step("found_again", _("Masih berbeda"), [S.MENDED], S.WAITING, [SYSTEM]),
        step("vanish", _("Sudah cocok"), [S.WAITING, S.MENDED, S.EXPLAINED], S.GONE, [SYSTEM]),
    ],
)
