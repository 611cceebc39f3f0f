"""Letters as PDF: a template, one style sheet, and nothing from outside.

The same content gives the same bytes, in every process of one installation. WeasyPrint is imported
late: it costs half a second and needs Pango, which web workers that print nothing do without. One
``FontConfiguration`` and style sheet serve the whole process; a new one per letter would leak.
"""

import atexit
import hashlib
import re
import threading
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, ClassVar

import segno
from django.template.loader import get_template
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import override
from PIL import ImageFile

from puskesmas import attachments
from puskesmas.models import Attachment
from reports.letters import fonts
from reports.letters.contexts import FrozenLetter, Logo, ReceiptContext
from reports.letters.kinds import LetterKind

_STYLE = Path(__file__).parent / "letter.css"
_RECEIPT = "letters/receipt.html"
_SCHEME = "puskesos:"
# Pango's font maps are not safe to share between threads at work at the same time.
_one_at_a_time = threading.Lock()


def render_letter(kind: LetterKind, frozen: FrozenLetter) -> bytes:
    """Return the letter's PDF (tagged, in Indonesian, title and day in its metadata).

    Raises:
        Exception: whatever the template or WeasyPrint raises; callers decide what it means.
    """
    verification = frozen["verification"]
    pictures = {side: _picture(logo) for side, logo in frozen.get("logos", {}).items()}
    return render_pdf(
        kind.template,
        {**frozen, "qr": qr(verification["url"]) if verification else ""},
        # What was frozen before offices could choose names no profile.
        profile=frozen.get("profile"),
        pictures=pictures,
    )


def render_receipt(context: ReceiptContext) -> bytes:
    """Return the receipt's PDF: A4, the upper half for the resident."""
    return render_pdf(
        _RECEIPT, {**context, "title": "Surat Resi Keluhan", "qr": qr(context["status_url"])}
    )


def _picture(logo: Logo) -> bytes:
    """Return the arms as they were when the letter was frozen.

    Raises:
        ValueError: the kept file is another.
    """
    content = attachments.read(Attachment.objects.get(uid=logo["uid"]))
    if hashlib.sha256(content).hexdigest() != logo["sha256"]:
        raise ValueError("the stored arms differ from what was frozen")
    return content


def render_pdf(
    template: str,
    context: dict[str, Any],
    *,
    profile: str | None = None,
    pictures: dict[str, bytes] | None = None,
) -> bytes:
    """Return the PDF of a letter template, tagged; raises what :func:`render_letter` raises.

    ``profile`` is what the file says it conforms to, a value of ``models.Profile``. ``pictures``
    are shown under their names as ``puskesos:picture/<name>``.
    """
    from weasyprint import HTML

    with override("id"):
        html = get_template(template).render(context)
    with _one_at_a_time:
        style, font_config, fetcher = _engine()
        fetcher.pictures = pictures or {}
        document = HTML(string=html, base_url=_SCHEME, url_fetcher=fetcher)
        pdf: bytes = document.write_pdf(
            stylesheets=[style],
            font_config=font_config,
            pdf_tags=True,
            pdf_variant=profile,
            finisher=_leave_metadata_plain,
            cache={},
        )
    return pdf


def _leave_metadata_plain(_document: Any, pdf: Any) -> None:
    """Store the XMP packet uncompressed: archives read it without knowing PDF (ISO 19005)."""
    if "Metadata" in pdf.catalog:
        pdf.objects[int(pdf.catalog["Metadata"].split()[0])].compress = False


@lru_cache(maxsize=32)
def template_version(template: str) -> str:
    """Return a short hash of all that makes paper of content, kept with each revision.

    That is the template with what it extends and includes, the style sheet, the fonts and the
    packages that lay out and write.
    """
    parts = [*_sources(template), _STYLE.read_text(), fonts.edition()]
    parts += [f"{name} {version(name)}" for name in _PRINTERS]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def _sources(template: str) -> list[str]:
    """Return the text of a template and of those it names, in the order they are named."""
    found: dict[str, str] = {}
    waiting = [template]
    while waiting:
        name = waiting.pop(0)
        if name not in found:
            found[name] = get_template(name).template.source  # type: ignore[attr-defined]
            waiting += _NAMED.findall(found[name])
    return list(found.values())


_NAMED = re.compile(r'{%\s*(?:extends|include)\s+"([^"]+)"')
_PRINTERS = ("weasyprint", "pydyf", "segno")


def qr(text: str, *, title: str = "") -> SafeString:
    """Return a QR code (ISO/IEC 18004, level M) as inline SVG, with words for who cannot see it.

    ``title`` are those words where the text itself is nothing to read out.
    """
    drawing = segno.make(text, error="m", micro=False)
    svg = drawing.svg_inline(
        border=0, omitsize=True, svgclass=None, lineclass=None, title=title or f"Kode QR: {text}"
    )
    return mark_safe(svg)  # noqa: S308 (drawn by the package from dots, the title escaped by it)


@lru_cache(maxsize=1)
def _engine() -> tuple[Any, Any, Any]:
    """Return style sheet, font configuration and fetcher of this process."""
    from weasyprint import CSS
    from weasyprint.text.fonts import FontConfiguration

    # WeasyPrint lets the whole process take pictures cut short for whole ones; letters have no
    # pictures, and a photo somebody hands in must not become half a paper.
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    fetcher = _own_assets_only()
    font_config = FontConfiguration()
    style = CSS(
        string=_STYLE.read_text(), base_url=_SCHEME, font_config=font_config, url_fetcher=fetcher
    )
    return style, font_config, fetcher


# Fontconfig is let go while its library is still loaded.
atexit.register(_engine.cache_clear)


def _own_assets_only() -> Any:
    """Return a fetcher that knows our fonts by name and refuses every other address."""
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    assets = {f"{_SCHEME}font/{name}": path for name, path in fonts.ensure_fonts().items()}

    class OwnAssets(URLFetcher):
        #: Of the letter at work.
        pictures: ClassVar[dict[str, bytes]] = {}

        def fetch(self, url: str, headers: Any = None) -> Any:
            name = url.removeprefix(f"{_SCHEME}picture/")
            if name != url and name in self.pictures:
                return URLFetcherResponse(url, self.pictures[name])
            if url not in assets:
                raise ValueError("letters fetch nothing from outside")
            return URLFetcherResponse(url, assets[url].read_bytes(), {"Content-Type": "font/ttf"})

    return OwnAssets()
