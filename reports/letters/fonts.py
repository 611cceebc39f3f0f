"""The typeface of letters: three small static fonts cut from the packaged variable ones.

WeasyPrint lays a letter out two to three times faster with static fonts than with variable ones,
and embeds less. They are made once per data directory and package version, from the package
``fontpkg-source-serif-4`` (SIL Open Font License 1.1).
"""

import hashlib
import io
import os
import secrets
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path

from django.conf import settings

# Latin with all its marks, as names from Arabic are written by scholars (ṣ, ʿ); punctuation, signs.
_CHARACTERS = (
    *range(0x20, 0x370),
    *range(0x1E00, 0x1F00),
    *range(0x2010, 0x20D0),
    *range(0x2100, 0x2300),
)
# The figures are lining and of one width by themselves; other features only cost time to cut.
_FEATURES = ["kern"]
# Optical size in points: letters are set in 11 to 12.
_OPTICAL_SIZE = 12
_REGULAR, _BOLD = 400, 700

_UPRIGHT = "SourceSerif4[opsz,wght].ttf"
_SLANTED = "SourceSerif4-Italic[opsz,wght].ttf"
#: Our name of a font -> (file of the package, weight).
FACES = {
    "regular": (_UPRIGHT, _REGULAR),
    "bold": (_UPRIGHT, _BOLD),
    "italic": (_SLANTED, _REGULAR),
}


def ensure_fonts() -> dict[str, Path]:
    """Return the static font files by name, making those that are missing (some seconds, once).

    Safe to call from several processes: each writes aside and moves into place, and all make the
    same bytes.

    Raises:
        OSError: the data directory cannot be written.
    """
    folder = Path(settings.DATA_DIR) / "fonts" / edition()
    paths = {name: folder / f"{name}.ttf" for name in FACES}
    for name, path in paths.items():
        if not path.exists():
            _write(path, _cut(*FACES[name]))
    return paths


@lru_cache(maxsize=1)
def drawable() -> frozenset[str]:
    """Return the characters that every one of our faces can draw."""
    from fontTools.ttLib import TTFont

    faces = [set(TTFont(path).getBestCmap()) for path in ensure_fonts().values()]
    return frozenset(chr(code) for code in set.intersection(*faces))


@lru_cache(maxsize=1)
def edition() -> str:
    """Name what the files depend on, so that none outlives a change of it."""
    recipe = f"{version('fonttools')} {_CHARACTERS} {_FEATURES} {_OPTICAL_SIZE} {FACES}"
    digest = hashlib.sha256(recipe.encode()).hexdigest()[:8]
    return f"source-serif-{version('fontpkg-source-serif-4')}-{digest}"


def _cut(file: str, weight: int) -> bytes:
    import fontpkg_source_serif_4 as package
    from fontTools import subset
    from fontTools.ttLib import TTFont
    from fontTools.varLib import instancer

    # The files must be equal on every machine: no time of making inside.
    font = TTFont(package.ROOT / "files" / file, recalcTimestamp=False)
    options = subset.Options(hinting=False, layout_features=_FEATURES, name_IDs=[0, 1, 2, 4, 6, 13])
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=_CHARACTERS)
    subsetter.subset(font)
    axes = {"wght": weight, "opsz": _OPTICAL_SIZE}
    font = instancer.instantiateVariableFont(font, axes, inplace=True)
    out = io.BytesIO()
    font.save(out)
    return out.getvalue()


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_suffix(f".{os.getpid()}.{secrets.token_hex(4)}")
    aside.write_bytes(content)
    aside.replace(path)
