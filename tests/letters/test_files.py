"""The files themselves: tagged, self-contained, the same again; what no validator has proved."""

import io
import subprocess
import sys
from pathlib import Path

import pikepdf
import pytest

from puskesmas.errors import NotYourRole, StaleVersion
from puskesmas.models import AuditEntry
from reports.letters import kinds, render, services, styles
from reports.letters.models import LetterStyle, Profile
from tests.letters.samples import BODIES, family, sample

ROOT = Path(__file__).resolve().parents[2]
A3A, UA1 = Profile.ARCHIVE.value, Profile.ACCESSIBLE.value


def opened(kind: str, **changes) -> pikepdf.Pdf:
    pdf = render.render_letter(kinds.get(kind), sample(kind, **changes))
    return pikepdf.open(io.BytesIO(pdf))


def structure(pdf: pikepdf.Pdf) -> list[tuple[str, pikepdf.Dictionary]]:
    """Return every structure element with its tag, parents first."""
    found = []

    def walk(node) -> None:
        if isinstance(node, pikepdf.Array):
            for child in node:
                walk(child)
        elif isinstance(node, pikepdf.Dictionary) and "/S" in node:
            found.append((str(node.S)[1:], node))
            walk(node.get("/K"))

    walk(pdf.Root.StructTreeRoot.K)
    return found


def xmp(pdf: pikepdf.Pdf, name: str) -> str:
    with pdf.open_metadata() as metadata:
        return metadata.get(name, "")


def test_every_kind_has_a_sample():
    assert set(BODIES) == {code for code, _name in kinds.choices()}


@pytest.mark.parametrize("profile", [A3A, UA1])
@pytest.mark.parametrize("kind", BODIES)
def test_every_letter_is_tagged_and_needs_nothing_from_outside(kind, profile):
    pdf = opened(kind, profile=profile)
    root = pdf.Root
    assert bool(root.MarkInfo.Marked)
    assert bool(root.ViewerPreferences.DisplayDocTitle)
    assert str(root.Lang) == "id"
    assert xmp(pdf, "dc:title") == str(pdf.docinfo["/Title"])
    assert "400.9.14.1/0128" in xmp(pdf, "dc:title")
    assert "/Filter" not in root.Metadata
    assert "/Encrypt" not in pdf.trailer
    assert "/AA" not in root
    assert "/OpenAction" not in root
    assert "/JavaScript" not in root.get("/Names", {})
    for page in pdf.pages:
        assert "/Annots" not in page
        for font in page.Resources.Font.values():
            descriptor = font.DescendantFonts[0].FontDescriptor
            assert "/FontFile2" in descriptor or "/FontFile3" in descriptor
            assert "/ToUnicode" in font
            assert "+" in str(descriptor.FontName), "only the letters used are embedded"


@pytest.mark.parametrize("kind", BODIES)
def test_pictures_have_words_and_cells_have_headers(kind):
    pdf = opened(kind)
    elements = structure(pdf)
    tags = [tag for tag, _node in elements]
    figures = [node for tag, node in elements if tag == "Figure"]
    assert len(figures) == 1
    assert str(figures[0].Alt).startswith("Kode QR: https://")
    assert "P" in tags
    cells = [node for tag, node in elements if tag == "TD"]
    assert all(len(node.A.Headers) for node in cells)


def test_an_archive_file_says_so_and_carries_its_colours():
    pdf = opened("sktm")
    assert xmp(pdf, "pdfaid:part") == "3"
    assert xmp(pdf, "pdfaid:conformance") == "A"
    (intent,) = pdf.Root.OutputIntents
    assert str(intent.S) == "/GTS_PDFA1"
    assert intent.DestOutputProfile.N == 3
    assert len(pdf.trailer.ID) == 2


def test_a_file_for_screen_readers_says_so():
    pdf = opened("sktm", profile=UA1)
    assert xmp(pdf, "pdfuaid:part") == "1"
    assert xmp(pdf, "pdfaid:part") == ""


def test_a_letter_frozen_before_offices_could_choose_is_still_printed():
    frozen = sample("sktm")
    for name in ("profile", "paper"):
        del frozen[name]
    pdf = pikepdf.open(io.BytesIO(render.render_letter(kinds.get("sktm"), frozen)))
    assert bool(pdf.Root.MarkInfo.Marked)


ONE_LETTER = """
import hashlib, os
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
import django
django.setup()
from reports.letters import kinds, render
from tests.letters.samples import sample
for profile in ("pdf/a-3a", "pdf/ua-1"):
    pdf = render.render_letter(kinds.get("sktm"), sample("sktm", profile=profile))
    print(hashlib.sha256(pdf).hexdigest())
"""


def test_another_process_makes_the_same_bytes():
    def made() -> str:
        command = [sys.executable, "-c", ONE_LETTER]
        return subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True).stdout

    first = made()
    assert len(set(first.split())) == 2
    assert made() == first


def test_the_paper_is_the_offices():
    def size(paper: str) -> list[int]:
        pdf = opened("sktm", paper=paper)
        box = pdf.pages[0].MediaBox
        return [round(float(side) / 72 * 25.4) for side in list(box)[2:]]

    assert size("f4") == [215, 330]
    assert size("a4") == [210, 297]


def test_twenty_dependants_stay_tagged_over_the_sheets():
    pdf = opened("sktm", body=family(20))
    assert len(pdf.pages) == 2
    rows = [node for tag, node in structure(pdf) if tag == "TR"]
    assert len(rows) >= 20


def test_the_kept_version_names_everything_that_makes_the_paper(monkeypatch):
    def version() -> str:
        render.template_version.cache_clear()
        return render.template_version("letters/sktm.html")

    usual = version()
    assert version() == usual
    monkeypatch.setattr(render, "version", lambda package: f"{package} of tomorrow")
    assert version() != usual
    monkeypatch.undo()
    sources = render._sources("letters/sktm.html")
    included = [ROOT / f"templates/letters/{name}.html" for name in ("base", "kop", "signature")]
    assert {path.read_text() for path in included} <= set(sources)
    render.template_version.cache_clear()


# --- The office's choice -----------------------------------------------------------------------


def test_what_the_office_chose_is_frozen_with_the_letter(issue, cast):
    before = issue()
    styles.change_style(actor=cast.actor("admin"), profile=UA1, paper="a4")
    after = issue()
    kept = [letter.revisions.get().context for letter in (before, after)]
    assert [(one["profile"], one["paper"]) for one in kept] == [(A3A, "f4"), (UA1, "a4")]
    pdf = pikepdf.open(io.BytesIO(services.read_pdf(after.revisions.get())))
    assert xmp(pdf, "pdfuaid:part") == "1"


def test_only_the_offices_administrator_chooses(cast):
    for who in ("front", "head"):
        with pytest.raises(NotYourRole):
            styles.change_style(actor=cast.actor(who), profile=UA1)
    assert not LetterStyle.objects.exists()


def test_the_choice_is_the_offices_own(cast):
    styles.change_style(actor=cast.actor("admin"), profile=UA1)
    assert styles.style_of(cast.village).profile == UA1
    assert styles.style_of(cast.other_village).profile == A3A


def test_two_administrators_are_told(cast):
    version = cast.village.version
    styles.change_style(actor=cast.actor("admin"), version=version, profile=UA1)
    with pytest.raises(StaleVersion):
        styles.change_style(actor=cast.actor("admin"), version=version, paper="a4")


def test_the_choice_is_made_on_a_page_and_audited(login, cast):
    client = login("admin")
    page = client.get("/letters/style/")
    version = page.context["form"].initial["version"]
    answer = client.post(
        "/letters/style/", {"profile": UA1, "paper": "a4", "version": version}, follow=True
    )
    assert "Bentuk surat disimpan" in answer.content.decode()
    assert styles.style_of(cast.village).paper == "a4"
    assert AuditEntry.objects.filter(action="letter.style").count() == 1


@pytest.mark.parametrize("value", ["pdf/x-4", "", "a4"])
def test_a_profile_that_is_none_is_refused(login, cast, value):
    answer = login("admin").post("/letters/style/", {"profile": value, "paper": "f4"})
    assert answer.status_code == 400
    assert not LetterStyle.objects.exists()
