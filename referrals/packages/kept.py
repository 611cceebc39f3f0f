"""The bytes of packages on disk, as they travel: sealed already, so nothing encrypts them again.

They are needed until everything in them is settled; later only the row with hash and list stays.
"""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from puskesmas.errors import NotFound
from puskesmas.models import OutboxMessage
from referrals.files.models import SentFile
from referrals.packages.container import SUFFIX
from referrals.packages.models import Package, PackageEntry

What, Outcome = PackageEntry.What, PackageEntry.Outcome


def _folder() -> Path:
    return Path(settings.DATA_DIR) / "packages"


def _path(uid: uuid.UUID) -> Path:
    return _folder() / f"{uid.hex}{SUFFIX}"


@contextmanager
def writing(package: Package) -> Iterator[BinaryIO]:
    """Open the file of a package for writing and reading; it is there only when all went well."""
    path = _path(package.uid)
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_suffix(".part")
    try:
        with aside.open("w+b") as file:
            yield file
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)


def opened(package: Package) -> BinaryIO:
    """Open the file of a package for reading.

    Raises:
        NotFound: it was removed after its time.
    """
    try:
        return _path(package.uid).open("rb")
    except FileNotFoundError:
        raise NotFound(
            _(
                "Berkas ini sudah dihapus dari kantor ini karena semua isinya sudah selesai. "
                "Daftar isi dan sidiknya tetap ada."
            )
        ) from None


def forget(package_uid: uuid.UUID) -> None:
    """Remove the bytes of a package whose row is not to be: its :attr:`Package.uid`."""
    _path(package_uid).unlink(missing_ok=True)


def remove_settled() -> int:
    """Remove the bytes of packages settled for PACKAGE_KEPT_DAYS; return how many.

    A package is settled when nothing in it waits any more: of one made here, every message and
    file has its receipt or went another way; of one brought here, everything was taken in.
    """
    now = timezone.now()
    Package.objects.filter(~_unsettled(), settled_at__isnull=True).update(settled_at=now)
    old = Package.objects.filter(
        settled_at__lt=now - timedelta(days=settings.PACKAGE_KEPT_DAYS), removed_at__isnull=True
    )
    packages = list(old)
    for package in packages:
        _path(package.uid).unlink(missing_ok=True)
    Package.objects.filter(pk__in=[one.pk for one in packages]).update(removed_at=now)
    return len(packages)


def _unsettled() -> Q:
    """Return the condition "something in the package waits"."""
    inside = PackageEntry.objects.filter(package=OuterRef("pk"))
    to_take_in = inside.filter(outcome__in=(Outcome.WAITING, Outcome.FAILED))
    waiting_messages = OutboxMessage.objects.filter(
        uid=OuterRef("uid"),
        acked_at__isnull=True,
        failed_at__isnull=True,
        superseded_at__isnull=True,
    )
    waiting_files = SentFile.objects.filter(
        referral__uid=OuterRef("uid"),
        sha256=OuterRef("body_sha256"),
        arrived_at__isnull=True,
        refusal="",
    )
    not_told = inside.filter(
        Q(Exists(waiting_messages), what=What.MESSAGE)
        | Q(Exists(waiting_files), what=What.FILE, outcome=Outcome.WAITING)
    )
    return Q(Exists(to_take_in), direction=Package.Direction.IN) | Q(
        Exists(not_told), direction=Package.Direction.OUT
    )
