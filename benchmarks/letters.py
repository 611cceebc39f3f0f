"""What a letter costs beside bare WeasyPrint on the same HTML, and what a process keeps of many."""

from statistics import median
from time import process_time
from typing import Any

from django.template.loader import get_template
from django.utils.translation import override

from benchmarks.search import memory_mib
from reports.letters import fonts, kinds, render
from tests.letters.samples import sample

_PAIRS = 60


def run(count: int) -> dict[str, Any]:
    """Return the price of an SKTM and the floor's, in turn, and memory over ``count`` letters.

    The floor hands the finished HTML, QR and all, to WeasyPrint with one style sheet and font
    configuration kept, as its documentation advises; ours begins at the frozen letter.
    Milliseconds of processor time; both make the same file.
    """
    fonts.ensure_fonts()
    frozen = sample("sktm")
    html = _html(frozen)
    if _bare(html) != _ours(frozen):
        raise AssertionError("the floor makes another file")
    ours, floor = [], []
    for _pair in range(_PAIRS):
        ours.append(_milliseconds(lambda: _ours(frozen)))
        floor.append(_milliseconds(lambda: _bare(html)))
    before = memory_mib()
    for _letter in range(count):
        _ours(frozen)
    return {
        "a letter": {
            "cpu_p50_ms": round(median(ours), 1),
            "floor_cpu_p50_ms": round(median(floor), 1),
            "cpu_p50_ratio": round(median(ours) / median(floor), 2),
        },
        "memory_mib": {"before": before, "after": memory_mib(), "letters": count},
    }


def _ours(frozen: Any) -> bytes:
    return render.render_letter(kinds.get("sktm"), frozen)


def _html(frozen: Any) -> str:
    qr = render.qr(frozen["verification"]["url"])
    with override("id"):
        return get_template("letters/sktm.html").render({**frozen, "qr": qr})


def _bare(html: str) -> bytes:
    from weasyprint import HTML

    style, font_config, fetcher = render._engine()
    made: bytes = HTML(string=html, base_url=render._SCHEME, url_fetcher=fetcher).write_pdf(
        stylesheets=[style],
        font_config=font_config,
        pdf_tags=True,
        pdf_variant="pdf/a-3a",
        finisher=render._leave_metadata_plain,
        cache={},
    )
    return made


def _milliseconds(act: Any) -> float:
    began = process_time()
    act()
    return (process_time() - began) * 1000
