"""Letters as PDF: a template, one style sheet, and nothing from outside.

The same content gives the same bytes, in every process of one installation. WeasyPrint is imported
late: it costs half a second and needs Pango, which web workers that print nothing do without. One
``FontConfiguration`` and style sheet serve the whole process; a new one per letter would leak.
"""

import atexit
import hashlib
import threading
from functools import lru_cache
from pathlib import Path
from typing import Any

import segno
from django.template.loader import get_template
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import override
from PIL import ImageFile

from reports.letters import fonts
from reports.letters.contexts import FrozenLetter, ReceiptContext
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
    return render_pdf(
        kind.template,
        {**frozen, "paper": kind.paper, "qr": qr(verification["url"]) if verification else ""},
    )


def render_receipt(context: ReceiptContext) -> bytes:
    """Return the receipt's PDF: A4, the upper half for the resident."""
    return render_pdf(
        _RECEIPT, {**context, "title": "Surat Resi Keluhan", "qr": qr(context["status_url"])}
    )


def render_pdf(template: str, context: dict[str, Any]) -> bytes:
    """Return the PDF of a letter template; raises what :func:`render_letter` raises."""
    from weasyprint import HTML

    with override("id"):
        html = get_template(template).render(context)
    with _one_at_a_time:
        style, font_config, fetcher = _engine()
        document = HTML(string=html, base_url=_SCHEME, url_fetcher=fetcher)
        pdf: bytes = document.write_pdf(
            stylesheets=[style], font_config=font_config, pdf_tags=True, cache={}
        )
    return pdf


@lru_cache(maxsize=32)
def template_version(template: str) -> str:
    """Return a short hash of the template's and the style sheet's text, kept with each revision."""
    source = get_template(template).template.source  # type: ignore[attr-defined]
    base = get_template("letters/base.html").template.source  # type: ignore[attr-defined]
    content = f"{source}{base}{_STYLE.read_text()}"
    return hashlib.sha256(content.encode()).hexdigest()[:16]


def qr(text: str) -> SafeString:
    """Return a QR code (ISO/IEC 18004, level M) as inline SVG."""
    drawing = segno.make(text, error="m", micro=False)
    return mark_safe(drawing.svg_inline(border=0, omitsize=True, svgclass=None, lineclass=None))  # noqa: S308 (drawn by the package from dots)


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
        def fetch(self, url: str, headers: Any = None) -> Any:
            if url not in assets:
                raise ValueError("letters fetch nothing from outside")
            return URLFetcherResponse(url, assets[url].read_bytes(), {"Content-Type": "font/ttf"})

    return OwnAssets()
