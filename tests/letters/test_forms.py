"""The forms of letters an office adapts: its words, its arms; and what nobody can slip in."""

import io

import pikepdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from puskesmas.errors import InvalidInput, NotYourRole, StaleVersion
from puskesmas.models import Attachment, AuditEntry, Office
from reports.letters import kinds, render, services, styles
from reports.letters.models import Letter, LetterForm, LetterSeries, LetterStyle
from reports.letters.services import Content
from reports.letters.wording import LONGEST, SLOTS
from tests.letters.samples import BODIES, sample
from tests.letters.test_files import structure
from tests.letters.test_issuing import pdf_text

NASTY = [
    "<script>alert(1)</script>",
    '<img src="http://evil.example/x.png">',
    '<img src="file:///etc/passwd">',
    "<style>@import url(http://evil.example/x.css);</style>",
    '<p style="background: url(javascript:alert(1)); position: fixed">x</p>',
    '<a href="javascript:alert(1)">x</a>',
    '<iframe src="data:text/html,x"></iframe><svg onload="x">',
    '</p></div></body><div class="signature">palsu',
    "<link rel=attachment href=file:///etc/passwd>",
]
#: What makes an SKTM one, whatever an office writes.
LEGAL = (
    "SURAT KETERANGAN TIDAK MAMPU",
    "termasuk keluarga tidak mampu",
    "Siti Maimunah",
    "berlaku sampai dengan tanggal",
    "bukan bukti penerimaan bantuan",
)


def flat(pdf: bytes) -> str:
    return " ".join(pdf_text(pdf).split())


def change(cast, code="sktm", **fields) -> LetterForm:
    return styles.change_form(actor=cast.actor("admin"), kind=kinds.get(code), **fields)


def drawn(cast, code="sktm", **fields) -> bytes:
    form = LetterForm(office=cast.village, kind=code, **fields)
    return services.sample(actor=cast.actor("admin"), kind=kinds.get(code), form=form)


def picture(size=(40, 50), colour=(0, 120, 0, 128), name="lambang.png") -> SimpleUploadedFile:
    out = io.BytesIO()
    Image.new("RGBA", size, colour).save(out, "PNG")
    return SimpleUploadedFile(name, out.getvalue(), content_type="image/png")


@pytest.fixture
def fetched(monkeypatch):
    """Return the list of all addresses that rendering asks for."""
    fetcher = render._engine()[2]
    asked, real = [], type(fetcher).fetch

    def noted(self, url, headers=None):
        asked.append(url)
        return real(self, url, headers)

    monkeypatch.setattr(type(fetcher), "fetch", noted)
    return asked


# --- Wording -----------------------------------------------------------------------------------


def test_the_offices_own_words_are_printed_with_their_slots_filled(cast):
    text = flat(drawn(cast, opening="{pejabat} {desa} menyatakan tentang {nama}, NIK {nik}:"))
    name = kinds.SAMPLE_PERSON["name"]
    assert f"Kepala Desa Desa Tegalsari Makmur menyatakan tentang {name}, NIK 35099901" in text
    assert "Yang bertanda tangan di bawah ini" not in text
    for words in LEGAL:
        assert words in text, words


def test_without_words_of_its_own_the_kinds_are_printed(cast):
    text = flat(drawn(cast))
    assert "Yang bertanda tangan di bawah ini, Kepala Desa" in text
    assert "Demikian surat keterangan ini" in text


@pytest.mark.parametrize("field", ["opening", "closing"])
@pytest.mark.parametrize("text", NASTY)
def test_malicious_wording_is_only_text(cast, fetched, field, text):
    pdf = drawn(cast, **{field: text})
    shown = flat(pdf)
    assert "".join(text.split())[:40] in "".join(shown.split())
    for words in LEGAL:
        assert words in shown, words
    assert fetched == []
    opened = pikepdf.open(io.BytesIO(pdf))
    assert "/AF" not in opened.Root
    assert all("/Annots" not in page for page in opened.pages)


@pytest.mark.parametrize("name", NASTY)
def test_a_malicious_name_fetches_nothing_either(fetched, name):
    body = BODIES["sktm"] | {"subject": BODIES["sktm"]["subject"] | {"name": name}}
    kind = kinds.get("sktm")
    text = flat(render.render_letter(kind, sample("sktm", body=body)))
    assert "".join(name.split())[:40] in "".join(text.split())
    assert fetched == []


@pytest.mark.parametrize(
    "text",
    [
        "{{ settings.SECRET_KEY }}",
        "{% include 'base.html' %}",
        "{nama.__class__}",
        "<style>.verify, .note { display: none } body { background: url(file:///x) }</style>",
        "{password}",
        "{}",
        "{nama",
        "x" * (LONGEST + 1),
    ],
)
def test_wording_that_is_no_wording_is_refused(cast, text):
    with pytest.raises(InvalidInput) as refused:
        change(cast, closing=text)
    assert refused.value.field == "closing"
    assert not LetterForm.objects.exists()


def test_a_slot_in_a_name_is_not_filled(cast):
    subject = BODIES["sktm"]["subject"] | {"name": "{nik}"}
    form = LetterForm(office=cast.village, kind="sktm", opening="Tentang {nama}:")
    content = Content(body=BODIES["sktm"] | {"subject": subject})
    frozen = services._frozen(
        kinds.get("sktm"), cast.village, content, dated=cast.village.today(), form=form
    )
    assert frozen["wording"]["opening"] == "Tentang {nik}:"


@pytest.mark.parametrize("slot", SLOTS)
def test_every_slot_stands_for_something(cast, slot):
    assert f"<{slot}>" not in flat(drawn(cast, closing=f"Isi: [{{{slot}}}]"))
    assert "Isi: []" not in flat(drawn(cast, closing=f"Isi: [{{{slot}}}]"))


def test_what_an_office_changes_later_leaves_its_letters_as_they_were(issue, cast):
    content = Content(body=BODIES["sktm"])
    before = issue(kind="sktm", content=content).revisions.get()
    change(cast, closing="Kalimat baru.")
    after = issue(kind="sktm", content=content).revisions.get()
    assert "Kalimat baru." not in flat(services.read_pdf(before))
    assert "Kalimat baru." in flat(services.read_pdf(after))
    assert render.render_letter(kinds.get("sktm"), before.context) == services.read_pdf(before)


# --- The rest of the form ----------------------------------------------------------------------


def test_the_head_acknowledges_and_witnesses_sign(cast):
    text = flat(drawn(cast, acknowledged=True, witnesses=2))
    for words in ("Mengetahui,", "SAKSI 1,", "SAKSI 2,"):
        assert words in text, words
    assert "a.n. KEPALA DESA" in text
    plain = flat(drawn(cast))
    assert "Mengetahui" not in plain
    assert "SAKSI" not in plain


def test_who_signs_himself_does_not_acknowledge(issue, cast, head):
    change(cast, acknowledged=True)
    letter = issue(kind="sktm", content=Content(body=BODIES["sktm"], signer=head))
    assert letter.revisions.get().context["acknowledged"] is None


def test_a_kind_goes_under_the_head_of_the_puskesos(cast):
    assert "PUSAT KESEJAHTERAAN SOSIAL" in flat(drawn(cast, letterhead="puskesos"))
    assert "PUSAT KESEJAHTERAAN SOSIAL" not in flat(drawn(cast))


def test_the_offices_classification_is_in_the_number(issue, cast):
    change(cast, classification="474.4")
    letter = issue(kind="sktm", content=Content(body=BODIES["sktm"]))
    assert letter.number.startswith("474.4/0001/")


@pytest.mark.parametrize("code", ["abc", "400/1", "{counter}", "400.", "4 0"])
def test_a_classification_is_figures_and_dots(cast, code):
    with pytest.raises(InvalidInput) as refused:
        change(cast, classification=code)
    assert refused.value.field == "classification"


def test_kinds_an_office_gives_one_classification_share_their_numbers(issue, cast):
    Office.objects.filter(pk=cast.village.pk).update(one_letter_series=False)
    change(cast, "sktm", classification="474")
    change(cast, "terdaftar", classification="474")
    actor = cast.actor("front")
    made = [
        issue(actor=actor, kind=code, content=Content(body=BODIES[code]))
        for code in ("sktm", "terdaftar", "sktm")
    ]
    assert [letter.counter for letter in made] == [1, 2, 3]
    with pytest.raises(InvalidInput, match="tahun depan"):
        change(cast, "sktm", classification="475")
    Letter.objects.update(
        series=LetterSeries.objects.create(office=cast.village, code="sktm", year=2000)
    )
    assert change(cast, "sktm", classification="475").classification == "475"


@pytest.mark.parametrize("who", ["front", "head", "stranger"])
def test_only_the_administrator_adapts(cast, who):
    with pytest.raises(NotYourRole):
        styles.change_form(actor=cast.actor(who), kind=kinds.get("sktm"), closing="x")
    with pytest.raises(NotYourRole):
        services.sample(
            actor=cast.actor(who),
            kind=kinds.get("sktm"),
            form=LetterForm(office=cast.village, kind="sktm"),
        )
    with pytest.raises(NotYourRole):
        styles.keep_style(actor=cast.actor(who), left_logo=picture())
    assert not Attachment.objects.exists()


def test_two_administrators_at_one_form_are_told(cast):
    version = cast.village.version
    change(cast, version=version, closing="Satu.")
    with pytest.raises(StaleVersion):
        change(cast, version=version, closing="Dua.")


# --- The arms ----------------------------------------------------------------------------------


def keep(cast, **fields) -> LetterStyle:
    return styles.keep_style(actor=cast.actor("admin"), **fields)


@pytest.mark.parametrize("sides", [("left",), ("right",), ("left", "right")])
def test_arms_stand_beside_the_letterhead_with_words(issue, cast, sides):
    keep(cast, **{f"{side}_logo": picture() for side in sides})
    letter = issue(kind="sktm", content=Content(body=BODIES["sktm"]))
    pdf = pikepdf.open(io.BytesIO(services.read_pdf(letter.revisions.get())))
    words = [str(node.Alt) for tag, node in structure(pdf) if tag == "Figure"]
    assert len([one for one in words if one.startswith("Lambang di")]) == len(sides)
    assert len(pdf.pages[0].images) == len(sides)


def test_arms_changed_later_leave_the_letter_as_it_was(issue, cast):
    keep(cast, left_logo=picture())
    revision = issue(kind="sktm", content=Content(body=BODIES["sktm"])).revisions.get()
    keep(cast, left_logo=picture(colour=(200, 0, 0, 255)))
    again = render.render_letter(kinds.get("sktm"), revision.context)
    assert again == services.read_pdf(revision)
    keep(cast, without_left=True)
    assert styles.style_of(cast.village).left_logo is None
    assert render.render_letter(kinds.get("sktm"), revision.context) == again


def test_arms_that_were_exchanged_on_disk_are_not_printed(issue, cast):
    keep(cast, left_logo=picture())
    context = issue(kind="sktm", content=Content(body=BODIES["sktm"])).revisions.get().context
    context["logos"]["left"]["sha256"] = "0" * 64
    with pytest.raises(ValueError, match="differ"):
        render.render_letter(kinds.get("sktm"), context)


def test_one_letters_arms_are_not_anothers(issue, cast):
    keep(cast, left_logo=picture())
    issue(kind="sktm", content=Content(body=BODIES["sktm"]))
    pdf = pikepdf.open(io.BytesIO(render.render_letter(kinds.get("sktm"), sample("sktm"))))
    assert len(pdf.pages[0].images) == 0
    assert render._engine()[2].pictures == {}


def test_a_large_picture_is_made_small(cast):
    style = keep(cast, left_logo=picture(size=(3000, 1500)))
    from puskesmas import attachments

    with Image.open(io.BytesIO(attachments.read(style.left_logo))) as kept:
        assert kept.size == (600, 300)


@pytest.mark.parametrize(
    "content",
    [
        b"<svg xmlns='http://www.w3.org/2000/svg'><image href='file:///etc/passwd'/></svg>",
        b"%PDF-1.7",
        b"GIF89a",
        b"<html><script>alert(1)</script></html>",
        b"\x89PNG\r\n\x1a\n broken",
        b"",
    ],
)
def test_what_is_no_picture_is_refused(cast, content):
    with pytest.raises(InvalidInput) as refused:
        keep(cast, left_logo=SimpleUploadedFile("lambang.png", content))
    assert refused.value.field == "left_logo"
    assert not LetterStyle.objects.exists()


def test_arms_are_seen_by_the_own_office_only(cast, login):
    style = keep(cast, left_logo=picture())
    url = f"/attachments/{style.left_logo.uid}/"
    assert login("front").get(url).status_code == 200
    assert login("stranger").get(url).status_code == 404


# --- The pages ---------------------------------------------------------------------------------


def typed(client, **changes) -> dict:
    page = client.get("/letters/forms/sktm/")
    form = page.context["form"]
    values = {name: form.initial[name] for name in ("version", "witnesses")}
    return values | {"letterhead": "", "classification": "", "opening": "", "closing": ""} | changes


def test_a_sample_is_marked_and_nothing_is_kept(cast, login):
    client = login("admin")
    data = typed(client, closing="Kalimat contoh.", preview="1")
    answer = client.post("/letters/forms/sktm/", data)
    assert answer["Content-Type"] == "application/pdf"
    text = flat(answer.content)
    assert "KONSEP – belum bernomor dan belum sah" in text
    assert "Kalimat contoh." in text
    assert not LetterForm.objects.exists()
    assert not Letter.objects.exists()


def test_a_form_is_kept_on_its_page_and_audited(cast, login):
    client = login("admin")
    data = typed(client, closing="Terima kasih.", witnesses=1, acknowledged="on")
    answer = client.post("/letters/forms/sktm/", data, follow=True)
    assert "Bentuk surat disimpan" in answer.content.decode()
    kept = styles.form_of(cast.village, "sktm")
    assert (kept.closing, kept.witnesses, kept.acknowledged) == ("Terima kasih.", 1, True)
    assert AuditEntry.objects.filter(action="letter.form").count() == 1


@pytest.mark.parametrize("preview", [{}, {"preview": "1"}])
def test_wrong_wording_is_said_beside_its_box_and_stays_typed(cast, login, preview):
    client = login("admin")
    answer = client.post("/letters/forms/sktm/", typed(client, closing="{rahasia}", **preview))
    page = answer.content.decode()
    assert answer.status_code in {400, 422}
    assert "Ada isian yang tidak dikenal" in page
    assert "{rahasia}" in page


@pytest.mark.parametrize("code", ["tidak-ada", "ba_musdes"])
def test_a_kind_that_cannot_be_adapted_has_no_page(cast, login, code):
    assert login("admin").get(f"/letters/forms/{code}/").status_code == 404


def test_arms_are_uploaded_on_the_page(cast, login):
    client = login("admin")
    version = client.get("/letters/style/").context["form"].initial["version"]
    data = {"profile": "pdf/a-3a", "paper": "f4", "version": version, "left_logo": picture()}
    client.post("/letters/style/", data)
    assert styles.style_of(cast.village).left_logo.media_type == "image/png"
    page = client.get("/letters/style/").content.decode()
    assert str(styles.style_of(cast.village).left_logo.uid) in page


def test_every_adaptable_kind_draws_its_sample(cast):
    assert {kind.code for kind in kinds.adaptable()} == {
        "sktm",
        "terdaftar",
        "tidak_terdaftar",
        "rujukan",
    }
    for kind in kinds.adaptable():
        assert "KONSEP" in flat(drawn(cast, kind.code, closing="Sekian."))
        assert "Sekian." in flat(drawn(cast, kind.code, closing="Sekian."))
