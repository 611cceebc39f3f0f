"""PDFs people hand in lose what is not page; signed ones stay as they are."""

import io
import zlib

import pikepdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import ExifTags, Image

from puskesmas import attachments
from puskesmas.errors import InvalidInput

AUTHOR, PLACE = b"Warga Uji", b"Rumah Warga Uji"


def photo() -> bytes:
    """Return a JPEG that tells where it was taken, by Exif and by comment."""
    exif = Image.Exif()
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitudeRef] = "S"
    exif[ExifTags.Base.ImageDescription] = PLACE.decode()
    out = io.BytesIO()
    picture = Image.effect_mandelbrot((64, 48), (-2, -1, 1, 1), 20).convert("RGB")
    picture.save(out, "JPEG", exif=exif, comment=PLACE)
    return out.getvalue()


def scan(*, picture: bytes = b"", riding: bool = False, **saving: object) -> bytes:
    """Return a PDF as a phone's scanner makes it."""
    document = pikepdf.new()
    page = document.add_blank_page(page_size=(200, 200))
    if picture:
        image = pikepdf.Stream(document, picture)
        image.update({"/Type": pikepdf.Name.XObject, "/Subtype": pikepdf.Name.Image})
        image.update({"/Width": 64, "/Height": 48, "/BitsPerComponent": 8})
        image.update({"/ColorSpace": pikepdf.Name.DeviceRGB, "/Filter": pikepdf.Name.DCTDecode})
        page.obj.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im0=image))
        page.obj.Contents = pikepdf.Stream(document, b"q 200 0 0 200 0 0 cm /Im0 Do Q")
    document.docinfo["/Author"] = AUTHOR.decode()
    with document.open_metadata() as told:
        told["dc:creator"] = [AUTHOR.decode()]
    if riding:
        document.attachments["lain.txt"] = AUTHOR
        document.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")
    out = io.BytesIO()
    document.save(out, compress_streams=False, **saving)
    return out.getvalue()


def signed() -> bytes:
    document = pikepdf.open(io.BytesIO(scan()))
    signature = document.make_indirect(
        pikepdf.Dictionary(Type=pikepdf.Name.Sig, ByteRange=[0, 10, 20, 30], Contents=b"0")
    )
    field = document.make_indirect(pikepdf.Dictionary(FT=pikepdf.Name.Sig, T="a", V=signature))
    document.Root.AcroForm = pikepdf.Dictionary(Fields=[field], SigFlags=3)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


@pytest.fixture
def kept(cast, tmp_path, settings):
    """Return what is stored of an upload."""
    settings.DATA_DIR = tmp_path

    def keep(content: bytes) -> bytes:
        upload = SimpleUploadedFile("pindaian.pdf", content)
        return attachments.read(attachments.store(upload, actor=cast.actor("front")))

    return keep


def pixels(content: bytes) -> bytes:
    with pikepdf.open(io.BytesIO(content)) as document:
        (image,) = document.pages[0].get_images().values()
        return pikepdf.PdfImage(image).as_pil_image().tobytes()


def test_a_photo_in_a_scan_loses_where_it_was_taken_and_no_pixel(kept):
    taken = scan(picture=photo())
    assert PLACE in taken

    stored = kept(taken)

    assert PLACE not in stored
    assert b"Exif" not in stored
    assert pixels(stored) == pixels(taken)


def test_pictures_hung_behind_the_photo_are_cut_off(kept):
    stored = kept(scan(picture=photo() + photo()))

    assert PLACE not in stored
    assert len(pixels(stored)) == 64 * 48 * 3


def test_author_scripts_and_further_files_are_gone_and_the_page_stays(kept):
    sent = scan(riding=True)
    assert AUTHOR in sent

    stored = kept(sent)

    assert AUTHOR not in stored
    with pikepdf.open(io.BytesIO(stored)) as document:
        assert len(document.pages) == 1
        assert not set(document.Root.keys()) & {"/Metadata", "/OpenAction"}
        assert not document.attachments


def test_an_electronically_signed_pdf_is_kept_byte_for_byte(kept):
    sent = signed()

    assert kept(sent) == sent


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (scan(encryption=pikepdf.Encryption(owner="a", user="b")), "terkunci kata sandi"),
        (scan()[:40], "tidak dapat dibaca"),
        (b"%PDF-1.7\n" + zlib.compress(b"bukan"), "tidak dapat dibaca"),
    ],
    ids=["locked", "cut short", "no PDF"],
)
def test_what_nobody_can_open_is_refused_in_words(kept, content, words):
    with pytest.raises(InvalidInput, match=words) as refused:
        kept(content)
    assert refused.value.field == "file"
