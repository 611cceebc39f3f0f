"""Pictures people hand in: read, or refused in words whatever is wrong with their bytes."""

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from puskesmas.attachments import _clean_image, position_of
from puskesmas.errors import InvalidInput


def picture(kind: str) -> bytes:
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6  # turned on its side
    Image.effect_mandelbrot((40, 30), (-2, -1, 1, 1), 20).save(out, kind, exif=exif)
    return out.getvalue()


#: What the decoders say of damage on their way is not ours.
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")
SOUND = {kind: picture(kind) for kind in ("PNG", "JPEG", "WEBP")}


def is_read(content: bytes) -> bool:
    """Return whether the picture was read, and not refused in words; nothing else may happen."""
    try:
        _clean_image(content, field="upload")
    except InvalidInput:
        return False
    return True


@pytest.mark.parametrize("kind", SOUND)
def test_a_sound_picture_is_read(kind):
    assert is_read(SOUND[kind])


@pytest.mark.parametrize("kind", SOUND)
def test_a_picture_cut_short_is_refused_in_words(kind):
    assert not is_read(SOUND[kind][: len(SOUND[kind]) // 2])


@pytest.mark.parametrize("value", [0, 1, 255])
@pytest.mark.parametrize("kind", SOUND)
def test_a_picture_with_any_one_byte_changed_is_read_or_refused_in_words(kind, value):
    for place in range(len(SOUND[kind])):
        content = bytearray(SOUND[kind])
        content[place] = value
        is_read(bytes(content))


@pytest.mark.parametrize("kind", SOUND)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_picture_with_several_bytes_changed_is_read_or_refused_in_words(kind, data):
    content = bytearray(SOUND[kind])
    places = st.integers(0, len(content) - 1)
    for place, value in data.draw(
        st.lists(st.tuples(places, st.integers(0, 255)), min_size=1, max_size=6)
    ):
        content[place] = value
    is_read(bytes(content))


def told_by_camera(kind: str) -> bytes:
    """Return a picture that tells its place in every way a camera or an app knows."""
    exif = Image.Exif()
    exif[0x8825] = {1: "S", 2: (8.0, 7.0, 24.0), 3: "E", 4: (113.0, 42.0, 0.0)}
    words = b"<x:xmpmeta>exif:GPSLatitude</x:xmpmeta>"
    text = PngInfo()
    text.add_text("Comment", "GPS -8.12")
    more = {
        "PNG": {"pnginfo": text},
        "JPEG": {"xmp": words, "comment": b"GPS -8.12"},
        "WEBP": {"xmp": words},
    }
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "teal").save(out, kind, exif=exif, **more[kind])
    assert b"GPS" in out.getvalue()
    return out.getvalue()


@pytest.mark.parametrize("kind", SOUND)
def test_nothing_a_camera_or_app_wrote_into_a_picture_is_kept(kind):
    content, _media_type = _clean_image(told_by_camera(kind), field="upload")
    assert not any(trace in content for trace in (b"GPS", b"Exif", b"eXIf", b"xmp", b"tEXt"))
    assert position_of(content) is None
