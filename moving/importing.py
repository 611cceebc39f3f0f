"""An office arrives: written in one transaction, told again from this database, and compared.

Nothing of it is visible before all of it is proved; a difference leaves no trace.
"""

import hashlib
import json
import uuid
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import IO, Any

from django.db import DataError, IntegrityError, models, transaction
from django.utils.translation import gettext as _

from moving import container, homes, manifest, owners
from moving.errors import CannotMove
from moving.rows import Places, Table, as_line
from puskesmas import bulk, sealing
from puskesmas.actors import Actor
from puskesmas.models import Move, Office, OfficeKeys, Peer, User
from referrals import neighbours
from referrals.services import linking


@dataclass(kw_only=True)
class Arrival:
    """What came. ``renamed`` maps the names of accounts as they were to what they are here.

    ``kept`` are names of accounts that were here before and stay as they are. ``linked`` is the
    office above, now a neighbour.
    """

    name: str
    proof: str
    manifest: dict[str, Any]
    repeated: bool = False
    renamed: dict[str, str] = field(default_factory=dict)
    kept: list[str] = field(default_factory=list)
    linked: str = ""


class _Undo(Exception):
    """A dry run ends: everything goes back."""


def read_address(source: IO[bytes]) -> tuple[container.Address, OfficeKeys]:
    """Return the file's first line and the keys of ours that open it.

    Raises:
        CannotMove: no office's file, or sealed for nobody here.
    """
    said = container.address(source)
    keys = OfficeKeys.objects.filter(box_key=said.box_key).first()
    if keys is None:
        raise CannotMove(
            _("Berkas ini disegel untuk kantor yang tidak ada di sini (%(uid)s).")
            % {"uid": said.recipient},
            code="wrong_recipient",
        )
    return said, keys


def is_known(said: container.Address) -> bool:
    """Return whether an office here has the moving office's card: then nobody need compare it."""
    return Peer.objects.filter(
        peer_uid=said.office, sign_key=said.sign_key, direction=Peer.Direction.DOWNSTREAM
    ).exists()


def take_in(
    source: IO[bytes], said: container.Address, keys: OfficeKeys, *, dry_run: bool = False
) -> Arrival:
    """Take an office in, prove it, and link it with the office above; a repeat changes nothing.

    Raises:
        CannotMove: a difference, a number or name used here already, another version; the sentence
            names table and row. Nothing was changed.
    """
    arrival = Arrival(name=said.name, proof="", manifest={})
    coming = _Coming(said, arrival, keep_files=not dry_run)
    try:
        with transaction.atomic(), container.reading(source, said, keys=keys) as archive:
            coming.read(archive)
            if dry_run:
                raise _Undo
    except _Undo:
        return arrival
    except BaseException:
        coming.forget_files()
        raise
    return arrival


class _Coming:
    """One office while it is written."""

    def __init__(self, said: container.Address, arrival: Arrival, *, keep_files: bool) -> None:
        self._said, self._arrival, self._keep_files = said, arrival, keep_files
        self._keys: dict[type[models.Model], Sequence[int]] = {}
        self._tables: dict[str, Table] = {}
        #: What the file said, and what must stand here: the same but for names of accounts.
        self._carried: dict[str, manifest.Digest] = {}
        self._expected: dict[str, manifest.Digest] = {}
        self._kept: dict[int, str] = {}
        self._names: set[str] = set()
        self._written: dict[str, str] = {}
        self._undo: list[Any] = []

    # --- Reading ---------------------------------------------------------------------------------

    def read(self, archive: Any) -> None:
        entries = _entries(archive)
        _name, head = next(entries)
        here = Office.objects.filter(uid=self._said.office).first()
        if here is None:
            self._prepare(json.loads(head))
        for name, content in entries:
            if name == "manifest.json":
                self._settle(json.loads(content), here)
                return
            if here is not None:
                continue
            kind, _slash, rest = name.partition("/")
            if kind == "rows":
                self._write_piece(rest.partition("/")[0], content)
            elif kind == "files":
                self._write_file(rest, content)
        raise container.damaged()

    def _prepare(self, head: dict[str, Any]) -> None:
        """Give every row its key before any is written: rows point at each other."""
        shape = manifest.shape()
        if (head["migrations"], head["columns"]) != (shape["migrations"], shape["columns"]):
            raise CannotMove(
                _(
                    "Versi aplikasi di PC asal dan di sini berbeda. Perbarui keduanya ke versi "
                    "yang sama, lalu buat berkasnya lagi."
                ),
                code="other_version",
            )
        # It is not there yet; what its tables need of it is who it will be.
        office = Office(uid=uuid.UUID(self._said.office))
        for model in owners.in_order():
            table = Table(model, office)
            self._tables[table.label] = table
            self._keys[model] = array("q", bulk.new_keys(model, head["rows"][table.label]))
            self._carried[table.label] = manifest.Digest()
        own = {label: manifest.Digest() for label, path in owners.MOVES.items() if path == "user"}
        self._expected = self._carried | own | {User._meta.label: manifest.Digest()}

    def _write_piece(self, label: str, content: bytes) -> None:
        table, carried = self._tables[label], self._carried[label]
        # Not splitlines(): a text may hold other characters that end a line.
        lines = content.decode().split("\n")[:-1]
        rows = [table.values(line, self._keys) for line in lines]
        begin = carried.rows
        for line in lines:
            carried.add(line)
        keys = list(self._keys[table.model][begin : carried.rows])
        if len(keys) != len(rows):
            raise CannotMove(
                _("%(table)s punya baris lebih dari yang tertulis.") % {"table": label}
            )
        if table.model is User:
            rows, keys = self._accounts(table, rows, lines)
        elif owners.MOVES[label] == "user":
            rows, keys = self._of_accounts(table, rows, keys, lines)
        _require_fitting(table, rows)
        _require_free(table, rows)
        try:
            with transaction.atomic():
                bulk.insert(table.model, table.names, rows, keys)
        except (IntegrityError, DataError) as error:
            raise CannotMove(
                _("%(table)s, baris %(first)d sampai %(last)d, ditolak basis data: %(why)s")
                % {
                    "table": label,
                    "first": begin + 1,
                    "last": carried.rows,
                    "why": str(error).partition("\n")[0],
                }
            ) from error

    def _accounts(
        self, table: Table, rows: list[list[Any]], lines: list[str]
    ) -> tuple[list[list[Any]], list[int]]:
        """Return the accounts to be made here; one that is here already stays as it is.

        A name that somebody else has gets the office's number behind it.
        """
        uid_at, name_at = table.names.index("uid"), table.names.index("username")
        known = dict(
            User.objects.filter(uid__in=[row[uid_at] for row in rows]).values_list("uid", "pk")
        )
        keys = self._keys[User]
        expected = self._expected[table.label]
        made, made_keys = [], []
        for row, line in zip(rows, lines, strict=True):
            place = expected.rows
            if row[uid_at] in known:
                keys[place] = known[row[uid_at]]  # type: ignore[index]
                self._kept[place] = line
                self._arrival.kept.append(row[name_at])
                expected.add(line)
                continue
            told = json.loads(line)
            row[name_at] = told[name_at] = self._free_name(row[name_at])
            expected.add(as_line(told))
            made.append(row)
            made_keys.append(keys[place])
        return made, made_keys

    def _of_accounts(
        self, table: Table, rows: list[list[Any]], keys: list[int], lines: list[str]
    ) -> tuple[list[list[Any]], list[int]]:
        """Return what belongs to the accounts made here: nobody's own is added to from outside."""
        made = [place for place, line in enumerate(lines) if not self._is_of_kept(table, line)]
        for place in made:
            self._expected[table.label].add(lines[place])
        return [rows[place] for place in made], [keys[place] for place in made]

    def _is_of_kept(self, table: Table, line: str) -> bool:
        if owners.MOVES[table.label] != "user":
            return False
        return bool(self._kept) and json.loads(line)[table.names.index("user_id")] in self._kept

    def _free_name(self, name: str) -> str:
        found, number = name, 1
        while found in self._names or User.objects.filter(username__iexact=found).exists():
            number += 1
            found = f"{name[:140]}-{number}"
        self._names.add(found)
        if found != name:
            self._arrival.renamed[name] = found
        return found

    def _write_file(self, name: str, content: bytes) -> None:
        """Keep a file one of the office's own rows names; another's is never touched."""
        place = homes.find(name, self._said.office)
        if place is None:
            raise CannotMove(_("Berkas %(name)s bukan milik kantor ini.") % {"name": name})
        self._written[name] = hashlib.sha256(content).hexdigest()
        if self._keep_files:
            self._undo.append(place.forget)
            place.put(content)

    def forget_files(self) -> None:
        """Delete what was written beside the database."""
        for forget in self._undo:
            forget()

    # --- Proof -----------------------------------------------------------------------------------

    def _settle(self, said: dict[str, Any], here: Office | None) -> None:
        self._arrival.manifest, self._arrival.proof = said, manifest.proof(said)
        if here is not None:
            self._require_same(here)
            return
        if said["tables"] != {label: digest.said for label, digest in self._carried.items()}:
            raise CannotMove(_("Isi berkas ini tidak sesuai daftarnya. Minta dibuatkan yang baru."))
        bulk.refresh_statistics(*self._keys)
        office = Office.objects.filter(pk__in=self._keys[Office]).first()
        if office is None or str(office.uid) != self._said.office:
            raise container.damaged()
        self._prove_rows(office)
        self._prove_history(office, said)
        self._prove_files(office, said)
        Move.objects.create(
            office=office,
            direction=Move.Direction.IN,
            proof=self._arrival.proof,
            manifest=said,
            history={name: self._span(model) for name, model in sealing.TABLES.items()},
        )
        self._arrival.linked = _link(office)

    def _require_same(self, here: Office) -> None:
        came = here.moves.filter(direction=Move.Direction.IN, proof=self._arrival.proof)
        if not came.exists():
            raise CannotMove(
                _(
                    "%(office)s sudah ada di sini, dari berkas lain atau karena dibuat di sini. "
                    "Tidak ada yang diubah."
                )
                % {"office": here.full_name},
                code="already_here",
            )
        self._arrival.repeated = True

    def _prove_rows(self, office: Office) -> None:
        """Tell every row again from this database; what differs is named."""
        places = Places(self._keys)
        if set(owners.accounts_of(office)) - set(places.accounts):
            raise CannotMove(_("Ada baris yang menunjuk ke akun yang tidak ikut."))
        for table, lines in manifest.tables(office, places):
            found = manifest.Digest()
            for place, line in enumerate(lines):
                kept = self._kept.get(place) if table.model is User else None
                if not self._is_of_kept(table, line):
                    found.add(line if kept is None else kept)
            place_of_first = found.first_difference(self._expected[table.label])
            if place_of_first is not None:
                raise CannotMove(
                    _("%(table)s berbeda setelah disalin, mulai baris %(row)s.")
                    % {"table": table.label, "row": self._name(table, place_of_first)},
                    code="differs",
                )

    def _name(self, table: Table, place: int) -> str:
        keys = self._keys[table.model]
        if place >= len(keys) or "uid" not in table.names:
            return str(place + 1)
        uid = table.model._base_manager.filter(pk=keys[place]).values_list("uid", flat=True).first()
        return f"{place + 1} ({uid})"

    def _prove_history(self, office: Office, said: dict[str, Any]) -> None:
        for name in sealing.TABLES:
            told = said["history"][name]
            if sealing.history_of(office, name) != (told["rows"], told["sha256"]):
                raise CannotMove(
                    _("Riwayat (%(table)s) berbeda setelah disalin.") % {"table": name}
                )

    def _prove_files(self, office: Office, said: dict[str, Any]) -> None:
        """Read every file back from this disk."""
        if self._keep_files:
            found = {
                name: sha256
                for name, sha256, content in manifest.files(office)
                if content is not None
            }
        else:
            found = self._written
        for name in said["files"].keys() | found.keys():
            if said["files"].get(name) != found.get(name):
                raise CannotMove(_("Berkas %(name)s berbeda setelah disalin.") % {"name": name})

    def _span(self, model: type[models.Model]) -> list[int]:
        keys = self._keys[model]
        return [keys[0], keys[-1]] if keys else [0, 0]


def _entries(archive: Any) -> Iterator[tuple[str, bytes]]:
    for entry in archive:
        held = archive.extractfile(entry)
        if held is None:
            raise container.damaged()
        yield entry.name, held.read()


def _link(office: Office) -> str:
    """Make the office above a neighbour, where it is here: what waits goes that way."""
    up = Peer.objects.filter(office=office, direction=Peer.Direction.UPSTREAM, active=True).first()
    if up is None:
        return ""
    found = [one for one in neighbours.unlinked(office) if one.uid == up.peer_uid]
    if not found:
        return ""
    linking.link_here(actor=Actor.system(office), uids=[found[0].uid])
    return found[0].full_name


# --- What this database would not take -----------------------------------------------------------


def _require_free(table: Table, rows: list[list[Any]]) -> None:
    """Refuse a number that must be one installation's only, and is used here."""
    for name in _alone(table.model) & set(table.names):
        values = [row[table.names.index(name)] for row in rows]
        taken = table.model._base_manager.filter(**{f"{name}__in": [v for v in values if v]})
        found = taken.values_list(name, flat=True).first()
        if found is not None:
            row = values.index(found)
            raise CannotMove(
                _("%(table)s %(row)s: %(column)s %(value)s sudah dipakai di sini.")
                % {
                    "table": table.label,
                    "row": _uid_of(table, rows[row]),
                    "column": name,
                    "value": found,
                },
                code="taken",
            )


def _alone(model: type[models.Model]) -> set[str]:
    """Return the columns whose values are unique by themselves."""
    found = {one.name for one in owners.columns(model) if one.unique and not one.is_relation}
    for rule in model._meta.constraints:
        if isinstance(rule, models.UniqueConstraint) and len(rule.fields) == 1:
            one = model._meta.get_field(rule.fields[0])
            found |= set() if one.is_relation else {one.name}
    return found


def _require_fitting(table: Table, rows: list[list[Any]]) -> None:
    """Refuse a text longer than its column: SQLite keeps it, PostgreSQL would not."""
    for place, column in enumerate(table.fields):
        if not isinstance(column, models.CharField) or column.max_length is None:
            continue
        longest = column.max_length
        for row in rows:
            if isinstance(row[place], str) and (len(row[place]) > longest or "\0" in row[place]):
                raise CannotMove(
                    _("%(table)s %(row)s: %(column)s lebih panjang dari %(n)d huruf.")
                    % {
                        "table": table.label,
                        "row": _uid_of(table, row),
                        "column": column.name,
                        "n": longest,
                    },
                    code="too_long",
                )


def _uid_of(table: Table, row: list[Any]) -> str:
    return str(row[table.names.index("uid")]) if "uid" in table.names else ""
