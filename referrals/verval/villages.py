"""Whose a row is: which column of a sheet names the village, and which linked village it names."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from puskesmas.models import Office, Peer
from registry.imports.cells import text_of
from registry.imports.sheets import Line

_KIND = re.compile(r"^(desa/?kelurahan|desa|kelurahan|kel\b|ds\b)[. ]*", re.IGNORECASE)
_NO_LETTER_OR_DIGIT = re.compile(r"[^a-z0-9]+")
#: Titles of a column of villages, where no cell of it names one we know.
_TITLES = {
    *("desa", "kelurahan", "desakelurahan", "kelurahandesa", "desakel", "keldesa", "namadesa"),
    *("namakelurahan", "namadesakelurahan", "kodedesa", "kodekelurahan", "kodewilayah", "kodekel"),
}


class Villages:
    """The villages linked with an office, found by how a sheet writes them.

    By name ("DESA SUMBERWANGI" and "Sumberwangi" are one), by region code where their office is in
    this installation, and by what was said of a cell's text before (``known``, {text: peer uid}).
    Two villages of one name are found by neither. Two queries.
    """

    def __init__(self, office: Office, known: Mapping[str, str]) -> None:
        rows = Peer.objects.filter(office=office, direction=Peer.Direction.DOWNSTREAM, active=True)
        self.peers = list(rows.order_by("name", "pk"))
        by_uid = {str(peer.uid): peer for peer in self.peers}
        here = Office.objects.filter(uid__in=[peer.peer_uid for peer in self.peers])
        codes = {str(uid): code for uid, code in here.values_list("uid", "code")}
        named = [
            (key, peer)
            for peer in self.peers
            for key in {_plain(peer.name), _plain(codes.get(str(peer.peer_uid), ""))} - {""}
        ]
        times = Counter(key for key, _peer in named)
        self._found = {key: peer for key, peer in named if times[key] == 1}
        self._found |= {_plain(text): by_uid[uid] for text, uid in known.items() if uid in by_uid}

    def of(self, text: str) -> Peer | None:
        """Return the village a cell's text names."""
        return self._found.get(_plain(text))

    def column(self, titles: Line, lines: Iterable[Line]) -> int | None:
        """Return the column of villages: by its title, and by how many of ours its cells name.

        A kecamatan is often called like one of its villages, so a title tells more than cells.
        """
        named: dict[int, set[int]] = defaultdict(set)
        for line in lines:
            for at, cell in enumerate(line):
                peer = self.of(text_of(cell)) if cell is not None else None
                if peer is not None:
                    named[at].add(peer.pk)
        titled = [at for at, title in enumerate(titles) if _bare(text_of(title)) in _TITLES]
        return max(titled or sorted(named), key=lambda at: len(named[at]), default=None)


def cell_at(line: Sequence[object], column: int | None) -> str:
    """Return the text of a line's cell; "" without a column or beyond its end."""
    if column is None or column >= len(line):
        return ""
    return text_of(line[column])[:120]  # type: ignore[arg-type]


def _plain(text: str) -> str:
    return _bare(_KIND.sub("", text.strip()))


def _bare(text: str) -> str:
    return _NO_LETTER_OR_DIGIT.sub("", text.casefold())
