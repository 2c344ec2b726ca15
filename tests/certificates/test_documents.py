"""The printed credential: what it says, what can be read back from it, and what it refuses to print."""

from concurrent.futures import ThreadPoolExecutor
from ctypes import create_string_buffer
from io import BytesIO

import pypdfium2
import pypdfium2.raw as pdfium
import pytest
from PIL import Image

from certificates.documents.card import draw_card
from certificates.documents.certificate import draw_certificate
from certificates.documents.faces import unprintable
from certificates.documents.layouts import LAYOUTS
from core.errors import InvalidError
from tests.drawn import codes_of, make_face, make_photo, pages, text_of, words_of

POINTS = 72 / 25.4
DRAWINGS = {"certificate": draw_certificate, "card": draw_card}
LONG_NAME = "阿依古丽·买买提·吐尔逊江"
LONG_UNIT = "秦皇岛经济技术开发区市场监督管理和综合行政执法局直属支队一大队"
LONG_CATEGORY = "市场监督管理、食品药品监督管理、质量技术监督、知识产权、价格监督检查、城市管理、生态环境、文化旅游"

every_drawing = pytest.mark.parametrize("draw", DRAWINGS.values(), ids=DRAWINGS.keys())
every_profile = pytest.mark.parametrize("profile", LAYOUTS)


def fonts_of(pdf: bytes) -> list[tuple[str, bool]]:
    """(name, is embedded) of the font of every text, in forms too."""
    texts = (
        item
        for page in pages(pdf)
        for item in page.get_objects(max_depth=5)
        if item.type == pdfium.FPDF_PAGEOBJ_TEXT
    )
    fonts = (pdfium.FPDFTextObj_GetFont(item.raw) for item in texts)
    return [(font_name(font), pdfium.FPDFFont_GetIsEmbedded(font) == 1) for font in fonts]


def font_name(font: object) -> str:
    length = pdfium.FPDFFont_GetBaseFontName(font, None, 0)
    name = create_string_buffer(length)
    pdfium.FPDFFont_GetBaseFontName(font, name, length)
    return name.value.decode()


@every_profile
@every_drawing
@pytest.mark.parametrize("name", ["王䶮", "㛃㛃", "李𬱖", "赵𬀩", "欧阳䶮㛃𬱖𬀩", LONG_NAME])
def test_a_rare_name_is_copied_exactly(draw, profile, name):
    assert name in text_of(draw(make_face(profile=profile, holder_name=name)))


@every_profile
@every_drawing
def test_number_unit_issuer_and_validity_are_printed(draw, profile):
    words = words_of(draw(make_face(profile=profile)))
    for expected in ("99031500037", "秦皇岛市海港区综合行政执法局", "秦皇岛市人民政府法制办公室"):
        assert expected in words
    assert "2025年1月1日至2029年12月31日" in words


def test_the_titles_are_those_of_certificate_and_card():
    assert "行政执法资格证书" in words_of(draw_certificate(make_face()))
    assert words_of(draw_card(make_face())).count("行政执法证") == 2


@every_drawing
def test_category_and_area_stand_on_the_provincial_paper_only(draw):
    texts = {profile: words_of(draw(make_face(profile=profile))) for profile in LAYOUTS}
    for value in ("城市管理", "海港区行政区域内"):
        assert value in texts["hebei_2007"]
        assert value not in texts["national_2021"]


@every_profile
@every_drawing
def test_every_font_is_embedded_as_a_subset(draw, profile):
    used = fonts_of(draw(make_face(profile=profile, is_sample=True)))
    assert {name.partition("+")[2] or name for name, _ in used} == {
        "NotoSansSC-Regular",
        "NotoSerifSC-Regular",
    }
    assert all(is_embedded for _, is_embedded in used)


@every_drawing
def test_no_other_font_is_even_named_in_the_file(draw):
    assert b"Helvetica" not in draw(make_face())


@every_profile
@every_drawing
@pytest.mark.parametrize("is_sample", [True, False])
def test_the_code_leads_to_the_lookup_when_read_from_a_print(draw, profile, is_sample):
    face = make_face(profile=profile, is_sample=is_sample)
    assert codes_of(draw(face)) == [face.lookup_url]


@every_drawing
def test_the_code_holds_the_address_as_it_was_handed_in(draw):
    address = "https://zf.example.gov.cn/office/V/0A1B2C3D"
    assert codes_of(draw(make_face(lookup_url=address))) == [address]


@every_profile
@every_drawing
@pytest.mark.parametrize("photo", [None, make_photo()], ids=["no photo", "photo"])
def test_the_same_face_gives_the_same_bytes(draw, profile, photo):
    face = make_face(profile=profile, photo=photo, is_sample=True)
    assert draw(face) == draw(face)


@every_drawing
def test_drawing_in_threads_gives_the_same_bytes(draw):
    faces = [make_face(cert_no=f"990315{n:05}", holder_name=f"李𬱖{n}") for n in range(16)]
    alone = [draw(face) for face in faces]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(draw, faces)) == alone


@every_drawing
def test_another_number_gives_other_curves(draw):
    first, second = (pages(draw(make_face(cert_no=no)))[0].render(scale=1).to_pil() for no in ("1", "2"))
    corner = (0, first.height - 60, 60, first.height)
    assert first.crop(corner).tobytes() != second.crop(corner).tobytes()


@every_drawing
@pytest.mark.parametrize("char", ["𡝗", "\U000323af", "\n"])
@pytest.mark.parametrize("field", ["cert_no", "holder_name", "unit_name", "category", "area", "issuer_name"])
def test_a_character_no_font_holds_is_refused_and_named(draw, field, char):
    face = make_face(**{field: f"李{char}明"})
    assert unprintable(face) == (char,)
    with pytest.raises(InvalidError) as refusal:
        draw(face)
    assert f"U+{ord(char):04X}" in str(refusal.value)
    assert str(refusal.value).endswith("。")


def test_an_ordinary_face_has_nothing_unprintable():
    assert unprintable(make_face(holder_name="王䶮㛃𬱖𬀩")) == ()


@every_drawing
def test_an_unknown_profile_is_refused(draw):
    with pytest.raises(InvalidError, match="没有“henan_1999”这种证件样式"):
        draw(make_face(profile="henan_1999"))


@every_profile
@every_drawing
def test_a_sample_says_on_every_page_that_it_is_one(draw, profile):
    for page in pages(draw(make_face(profile=profile, is_sample=True))):
        text = page.get_textpage().get_text_range()
        assert "演示样稿 SAMPLE" in text
        assert "不具有任何法律效力" in text


@every_profile
@every_drawing
def test_a_real_one_does_not(draw, profile):
    pdf = draw(make_face(profile=profile))
    assert "SAMPLE" not in text_of(pdf)
    assert "样稿" not in text_of(pdf)


@every_drawing
def test_the_diagonal_mark_is_seen_but_not_copied(draw):
    sample, real = (draw(make_face(is_sample=is_sample)) for is_sample in (True, False))
    for page in pages(sample):
        assert str(page.get_textpage().get_text_range()).count("SAMPLE") == 1
    middle = [page.render(scale=1).to_pil() for page in (pages(sample)[0], pages(real)[0])]
    width, height = middle[0].size
    centre = (width // 3, height // 3, width, height * 3 // 4)
    assert middle[0].crop(centre).tobytes() != middle[1].crop(centre).tobytes()


def test_the_certificate_is_one_landscape_a4_page():
    sizes = [page.get_size() for page in pages(draw_certificate(make_face()))]
    assert sizes == [pytest.approx((297 * POINTS, 210 * POINTS), abs=0.1)]


def test_the_card_has_two_pages_of_card_size():
    sizes = [page.get_size() for page in pages(draw_card(make_face()))]
    assert sizes == [pytest.approx((85.6 * POINTS, 54 * POINTS), abs=0.1)] * 2


def boxes_of(page: pypdfium2.PdfPage) -> list[tuple[float, float, float, float]]:
    """Left, bottom, right and top of each piece of text."""
    items = page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_TEXT], max_depth=5)
    return [item.get_bounds() for item in items]


def overlap(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    slack = 0.2
    across = min(one[2], other[2]) - max(one[0], other[0])
    up = min(one[3], other[3]) - max(one[1], other[1])
    return across > slack and up > slack


LONG_TEXTS = {
    "long": {"holder_name": LONG_NAME, "unit_name": LONG_UNIT, "category": LONG_CATEGORY},
    "very long": {
        "holder_name": LONG_NAME * 3,
        "unit_name": LONG_UNIT * 3,
        "category": LONG_CATEGORY * 3,
        "area": LONG_CATEGORY * 3,
        "issuer_name": LONG_UNIT * 2,
        "cert_no": "冀法制证字第" + "0123456789" * 5 + "号",
        "lookup_url": "HTTPS://ZF.EXAMPLE.GOV.CN/" + "ABCDEFGHIJ" * 8,
    },
    "one long word": {"unit_name": "A" * 200, "issuer_name": "（" * 60},
    "nothing": {"holder_name": "", "unit_name": "", "category": "", "area": ""},
}


@every_profile
@every_drawing
@pytest.mark.parametrize("changes", LONG_TEXTS.values(), ids=LONG_TEXTS.keys())
def test_long_texts_stay_on_the_page_and_off_each_other(draw, profile, changes):
    for page in pages(draw(make_face(profile=profile, is_sample=True, **changes))):
        width, height = page.get_size()
        boxes = boxes_of(page)
        for left, bottom, right, top in boxes:
            assert left >= 8
            assert bottom >= 2
            assert right <= width - 8
            assert top <= height - 2
        clashes = [(a, b) for n, a in enumerate(boxes) for b in boxes[n + 1 :] if overlap(a, b)]
        assert clashes == []


@every_profile
@every_drawing
def test_long_texts_are_printed_in_full(draw, profile):
    face = make_face(profile=profile, **LONG_TEXTS["very long"])
    words = words_of(draw(face))
    for value in (face.holder_name, face.unit_name, face.cert_no, face.issuer_name):
        assert value in words


@every_drawing
def test_without_a_photo_there_is_a_place_for_it(draw):
    assert "照片" in words_of(draw(make_face()))
    assert "照片" not in words_of(draw(make_face(photo=make_photo())))


@every_drawing
@pytest.mark.parametrize(
    "photo",
    [
        make_photo(),
        make_photo("PNG"),
        make_photo("PNG", "RGBA"),
        make_photo("PNG", "1"),
        make_photo("JPEG", "CMYK"),
        make_photo(size=(3000, 200)),
    ],
)
def test_photos_of_every_kind_are_drawn(draw, photo):
    images = [
        item
        for page in pages(draw(make_face(photo=photo)))
        for item in page.get_objects(max_depth=5)
        if item.type == pdfium.FPDF_PAGEOBJ_IMAGE
    ]
    assert len(images) == 1


@every_drawing
def test_what_the_camera_wrote_into_the_photo_does_not_reach_the_document(draw):
    file, exif = BytesIO(), Image.Exif()
    exif[0x010F] = "SecretCamera"
    Image.new("RGB", (30, 40), "navy").save(file, "JPEG", exif=exif)
    assert b"SecretCamera" in file.getvalue()
    assert b"SecretCamera" not in draw(make_face(photo=file.getvalue()))


@every_drawing
@pytest.mark.parametrize("photo", [b"", b"not a picture", make_photo()[:200]])
def test_a_photo_that_cannot_be_read_is_refused(draw, photo):
    with pytest.raises(InvalidError, match="照片文件无法读取"):
        draw(make_face(photo=photo))


@every_drawing
def test_the_file_stays_small(draw):
    assert len(draw(make_face(is_sample=True))) < 90_000


# As long as a real one: every field and the signature, base45.
PAYLOAD = "ZF1:" + "0A1B2C3D4E5F" * 22


@every_profile
@pytest.mark.parametrize("is_sample", [True, False])
@pytest.mark.parametrize("dots", [150, 300])
def test_the_second_code_of_the_certificate_holds_the_signed_payload(profile, is_sample, dots):
    face = make_face(profile=profile, is_sample=is_sample, signed_payload=PAYLOAD, photo=make_photo())
    assert sorted(codes_of(draw_certificate(face), dots)) == sorted([face.lookup_url, PAYLOAD])


def test_a_card_has_room_for_one_code_only():
    face = make_face(signed_payload=PAYLOAD)
    assert codes_of(draw_card(face)) == [face.lookup_url]


@every_drawing
def test_micro_text_is_seen_but_not_copied(draw):
    for text in (page.get_textpage().get_text_range() for page in pages(draw(make_face()))):
        assert text.count("99031500037") <= 1
