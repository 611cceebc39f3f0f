"""The typeface: made once, the same everywhere, whoever else makes it at the same time."""

import io
import re
import threading

import pytest
from django.core.management import call_command
from fontTools.ttLib import TTFont

from reports.letters import fonts, render


@pytest.fixture
def quick_cut(monkeypatch):
    """Cut without the seconds it takes; count how often."""
    cuts = []

    def cut(file, weight):
        cuts.append((file, weight))
        return f"{file} {weight}".encode()

    monkeypatch.setattr(fonts, "_cut", cut)
    return cuts


def test_fonts_are_made_once(quick_cut, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    first = fonts.ensure_fonts()
    assert fonts.ensure_fonts() == first
    assert len(quick_cut) == len(fonts.FACES)


def test_set_up_makes_them_before_anybody_prints(quick_cut, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    out = io.StringIO()
    call_command("make_fonts", stdout=out)
    assert len(quick_cut) == len(fonts.FACES)
    assert out.getvalue().split() == [str(path) for path in fonts.ensure_fonts().values()]
    assert len(quick_cut) == len(fonts.FACES)


def test_many_at_once_leave_whole_files_and_nothing_else(quick_cut, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    threads = [threading.Thread(target=fonts.ensure_fonts) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    made = sorted(path.name for path in tmp_path.rglob("*") if path.is_file())
    assert made == ["bold.ttf", "italic.ttf", "regular.ttf"]


def test_the_fonts_are_static_small_and_speak_latin():
    for path in fonts.ensure_fonts().values():
        font = TTFont(path)
        assert "fvar" not in font
        assert path.stat().st_size < 100_000
        assert {ord(char) for char in "Aé–•…’ṣʿ≥✗"} - set(font.getBestCmap()) == {ord("✗")}


def test_two_makings_give_the_same_bytes():
    path = fonts.ensure_fonts()["regular"]
    assert fonts._cut(*fonts.FACES["regular"]) == path.read_bytes()


def test_figures_have_one_width_without_being_asked():
    for path in fonts.ensure_fonts().values():
        font = TTFont(path)
        widths = {font["hmtx"][font.getBestCmap()[ord(figure)]][0] for figure in "0123456789"}
        assert len(widths) == 1


def test_the_style_sheet_asks_for_no_font_features():
    """WeasyPrint 70 leaks about 50 kB a letter where ``font-variant-*`` is set."""
    rules = re.sub(r"/\*.*?\*/", "", render._STYLE.read_text(), flags=re.DOTALL)
    assert "font-variant" not in rules
    assert "font-feature" not in rules
