"""Files for the printer: each card once, in its place, its back behind its front."""

import pypdfium2
import pytest
import zxingcpp

from certificates.documents.boxes import Box
from certificates.documents.card import BLEED, CARD
from certificates.documents.layouts import LAYOUTS
from certificates.documents.printing import A4, SLUG, card_printer_file, mirrored, places, print_sheets
from core.errors import InvalidError
from tests.drawn import codes_of, make_face, make_photo, pages, pictures_of, words_of

POINTS = 72 / 25.4
every_profile = pytest.mark.parametrize("profile", LAYOUTS)


def make_faces(count: int, **changes: object) -> list:
    return [
        make_face(
            cert_no=f"990315{n:05}",
            holder_name=f"李{'甲乙丙丁戊己庚辛壬癸'[n % 10]}",
            lookup_url=f"HTTPS://ZF.EXAMPLE.GOV.CN/V/{n:05}",
            **changes,
        )
        for n in range(count)
    ]


def text_in(page: pypdfium2.PdfPage, box: Box) -> str:
    """What stands in a place of the page."""
    text = page.get_textpage().get_text_bounded(
        box.x * POINTS, box.y * POINTS, box.right * POINTS, box.top * POINTS
    )
    return "".join(str(text).split())


def behind(place: Box) -> Box:
    """What lies behind a place once the sheet is turned round its long, upright edge."""
    return Box(A4.width - place.x - place.width, place.y, place.width, place.height)


def test_ten_places_fit_the_sheet_and_none_touches_another():
    boxes = places()
    assert len(boxes) == 10
    assert all(
        box.x >= 10 and box.y >= 8 and box.right <= A4.width - 10 and box.top <= A4.height - 8 for box in boxes
    )
    for n, one in enumerate(boxes):
        for other in boxes[n + 1 :]:
            assert one.right <= other.x or other.right <= one.x or one.top <= other.y or other.top <= one.y


def test_a_place_and_its_mirror_cover_each_other_when_the_sheet_is_turned_on_its_long_edge():
    for place in places():
        back = mirrored(place)
        assert (back.x, back.y) == pytest.approx((behind(place).x, place.y))
        assert any(back.x == pytest.approx(one.x) and back.y == one.y for one in places())


@every_profile
@pytest.mark.parametrize("count", [1, 10, 13])
def test_each_back_lies_behind_its_own_front(profile, count):
    faces = make_faces(count, profile=profile)
    printed = pages(print_sheets(faces))
    assert len(printed) == 2 * -(-count // 10)
    for number, face in enumerate(faces):
        place = places()[number % 10]
        front, back = printed[number // 10 * 2], printed[number // 10 * 2 + 1]
        assert face.holder_name in text_in(front, place)
        assert "发证机关" in text_in(back, behind(place))


def test_a_sheet_that_is_not_full_leaves_the_other_places_empty():
    front, back = pages(print_sheets(make_faces(3)))
    assert [bool(text_in(front, place)) for place in places()] == [True] * 3 + [False] * 7
    assert [bool(text_in(back, behind(place))) for place in places()] == [True] * 3 + [False] * 7


def test_the_code_on_each_back_is_that_of_the_front_before_it():
    faces = make_faces(10)
    picture = pictures_of(print_sheets(faces), 200)[1]
    scale = 200 / 25.4
    for face, place in zip(faces, places(), strict=True):
        box = behind(place)
        cut = picture.crop(
            (
                round(box.x * scale),
                round((A4.height - box.top) * scale),
                round(box.right * scale),
                round((A4.height - box.y) * scale),
            )
        )
        assert [code.text for code in zxingcpp.read_barcodes(cut)] == [face.lookup_url]


def test_a_card_is_as_large_on_a_sheet_as_it_is_alone():
    assert {(box.width, box.height) for box in places()} == {(85.6, 54.0)}


def test_the_printer_is_asked_for_both_sides_and_the_size_as_it_is():
    content = print_sheets(make_faces(1))
    assert b"/DuplexFlipLongEdge" in content
    assert b"/PrintScaling /None" in content


def test_the_card_printer_gets_front_and_back_of_each_with_bleed():
    printed = pages(card_printer_file(make_faces(3)))
    assert len(printed) == 6
    for page in printed:
        assert page.get_size() == pytest.approx(
            ((CARD.width + 2 * SLUG) * POINTS, (CARD.height + 2 * SLUG) * POINTS), abs=0.1
        )
        left, low, right, high = page.get_trimbox()
        assert (right - left, high - low) == pytest.approx((85.6 * POINTS, 54 * POINTS), abs=0.1)
        assert left - page.get_bleedbox()[0] == pytest.approx(BLEED * POINTS, abs=0.1)


def test_the_ground_runs_into_the_bleed_and_ends_there():
    picture = pictures_of(card_printer_file(make_faces(1)), 300)[0]
    scale, high = 300 / 25.4, picture.height

    def dots(x: float, y: float, width: float, height: float) -> set:
        box = [round(edge * scale) for edge in (x, y, x + width, y + height)]
        cut = picture.crop((box[0], high - box[3], box[2], high - box[1]))
        return set(cut.get_flattened_data())

    head = SLUG + CARD.height
    assert dots(SLUG + 20, head + 0.5, 20, BLEED - 1) != {(255, 255, 255)}
    assert dots(SLUG + 20, head + BLEED + 0.2, 20, 0.5) == {(255, 255, 255)}


def test_the_marks_show_where_to_cut():
    picture = pictures_of(card_printer_file(make_faces(1)), 300)[0].convert("L")
    scale = 300 / 25.4
    row = [picture.getpixel((x, 20)) for x in range(picture.width)]
    dark = [x / scale for x, value in enumerate(row) if value < 160]
    assert dark
    assert all(min(abs(x - SLUG), abs(x - SLUG - CARD.width)) < 0.2 for x in dark)


@pytest.mark.parametrize("printed", [print_sheets, card_printer_file])
def test_a_sample_says_so_on_every_card(printed):
    content = printed(make_faces(3, is_sample=True))
    assert words_of(content).count("演示样稿SAMPLE") == 6


@pytest.mark.parametrize("printed", [print_sheets, card_printer_file])
def test_a_character_no_font_holds_stops_the_file(printed):
    with pytest.raises(InvalidError, match="字库中没有"):
        printed([*make_faces(1), make_face(holder_name="李𡝗")])


@pytest.mark.parametrize("printed", [print_sheets, card_printer_file])
def test_a_file_without_a_card_is_none(printed):
    with pytest.raises(InvalidError, match="没有可印制的证件"):
        printed([])


@pytest.mark.parametrize("printed", [print_sheets, card_printer_file])
def test_the_same_faces_give_the_same_file(printed):
    faces = make_faces(3, photo=make_photo())
    assert printed(faces) == printed(iter(faces))


@pytest.mark.parametrize("printed", [print_sheets, card_printer_file])
def test_cards_of_both_kinds_may_lie_in_one_file(printed):
    faces = [make_face(profile=profile, cert_no=f"9903150000{n}") for n, profile in enumerate(LAYOUTS)]
    assert len(codes_of(printed(faces), 200)) == 2
