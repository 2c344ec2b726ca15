import io
import re
import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from struct import unpack_from

import pypdfium2
import pytest
from docx import Document

from core.errors import InvalidError
from core.fonts import SONG
from core.sheets import read_sheet
from exam.circular_texts import SAMPLE_MARK
from exam.documents.circular_charts import chart_drawings
from exam.documents.circular_docx import draw_docx
from exam.documents.circular_pdf import draw_pdf
from exam.documents.circular_xlsx import draw_xlsx
from exam.documents.metafiles import metafile
from exam.documents.official_layout import BODY, CHARACTERS, LINES, broken, refuse_unprintable
from exam.snapshots import PastSitting
from tests.exam.test_circular_texts import SNAPSHOT, written
from tests.reported import figures, frozen, row

FIGURES = ("3202", "2934", "2101", "833", "268", "71.6%", "91.6%")
LETTER = written(copy_to="市人民政府办公室。", mark=SAMPLE_MARK)


def pdf_pages(content):
    document = pypdfium2.PdfDocument(content)
    try:
        return [page.get_textpage().get_text_bounded() for page in document]
    finally:
        document.close()


def without_breaks(text):
    return re.sub(r"\s", "", text)


def docx_text(content):
    document = Document(io.BytesIO(content))
    return "\n".join(paragraph.text for paragraph in document.paragraphs)


@pytest.fixture(scope="module")
def pdf():
    return draw_pdf(LETTER)


@pytest.fixture(scope="module")
def docx():
    return draw_docx(LETTER)


def test_the_pdf_says_every_sentence_and_every_figure(pdf):
    text = without_breaks("".join(pdf_pages(pdf)))
    for figure in FIGURES:
        assert figure in text
    first_pages = without_breaks("".join(re.sub(r"— \d+ —|演示样稿 SAMPLE", "", one) for one in pdf_pages(pdf)))
    for paragraph in LETTER.paragraphs:
        assert without_breaks(paragraph.text) in first_pages
    for attachment in LETTER.attachments:
        assert without_breaks(attachment.title) in text


def test_every_page_bears_its_number_and_the_mark_of_a_sample(pdf):
    pages = pdf_pages(pdf)
    assert len(pages) >= 5
    for number, text in enumerate(pages, start=1):
        assert f"— {number} —" in text
        assert SAMPLE_MARK in text


def test_a_circular_in_force_bears_no_mark():
    text = "".join(pdf_pages(draw_pdf(replace(LETTER, mark=""))))
    assert "演示样稿" not in text
    assert "送审稿" not in text


def test_a_table_longer_than_a_page_repeats_its_header():
    long = written(frozen(*(row(f"M{n:02d}", figures(9, 1)) for n in range(1, 60))))
    pages = [without_breaks(one) for one in pdf_pages(draw_pdf(long))]
    assert sum("参加考试人数" in one and "单位M" in one for one in pages) >= 2
    assert sum("单位M59" in one for one in pages) == 3  # the two tables and the chart


def test_the_docx_says_every_sentence_and_every_figure(docx):
    text = docx_text(docx)
    for paragraph in LETTER.paragraphs:
        assert paragraph.text in text
    assert LETTER.title in text
    assert "附件：1．各县区培训考试情况统计表" in text


def test_the_docx_tables_are_real_tables_with_a_repeated_header(docx):
    tables = Document(io.BytesIO(docx)).tables
    assert len(tables) == 3
    for table, attachment in zip(tables, LETTER.attachments, strict=True):
        cells = [[cell.text for cell in row.cells] for row in table.rows]
        assert cells == [list(attachment.headers), *[list(row.cells) for row in attachment.rows]]
        assert "w:tblHeader" in table.rows[0]._tr.xml
        assert "w:tblHeader" not in table.rows[1]._tr.xml


def test_the_docx_names_the_typefaces_of_the_standard_and_carries_none(docx):
    with zipfile.ZipFile(io.BytesIO(docx)) as archive:
        names = archive.namelist()
        body = archive.read("word/document.xml").decode()
        settings = archive.read("word/settings.xml").decode()
        numbers = "".join(archive.read(name).decode() for name in names if "footer" in name and "rels" not in name)
    for face in ("仿宋_GB2312", "黑体", "楷体_GB2312", "方正小标宋简体", "宋体"):
        assert f'w:eastAsia="{face}"' in body + numbers
    assert not [name for name in names if "font" in name and not name.endswith("fontTable.xml")]
    assert "w:evenAndOddHeaders" in settings
    assert numbers.count("PAGE") == 2
    assert 'w:val="right"' in numbers
    assert "w:docGrid" not in body
    assert 'w:lineRule="exact"' in body


def test_the_docx_has_the_margins_of_the_standard(docx):
    section = Document(io.BytesIO(docx)).sections[0]
    margins = (section.top_margin, section.bottom_margin, section.left_margin, section.right_margin)
    assert [round(one.mm) for one in margins] == [37, 35, 28, 26]
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (210, 297)


def test_equal_letters_give_equal_bytes(pdf, docx):
    again = written(copy_to="市人民政府办公室。", mark=SAMPLE_MARK)
    assert draw_pdf(again) == pdf
    assert draw_docx(again) == docx
    assert draw_xlsx(SNAPSHOT, LETTER.source) == draw_xlsx(SNAPSHOT, LETTER.source)
    assert draw_pdf(replace(again, signer="张三")) != pdf


def test_no_file_holds_the_time_it_was_made(pdf, docx):
    with zipfile.ZipFile(io.BytesIO(docx)) as archive:
        assert {one.date_time for one in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        core = archive.read("docProps/core.xml").decode()
    assert re.findall(r"\d{4}-\d\d-\d\dT[\d:]+", core) == ["2017-10-30T00:00:00"] * 2
    assert set(re.findall(rb"Date \(D:(\d{8})", pdf)) == {b"20000101"}


def test_a_line_holds_twenty_eight_characters_and_a_page_twenty_two_lines():
    measure = CHARACTERS * BODY
    assert [len(line.text) for line in broken("通" * 60, SONG, BODY, measure=measure)] == [28, 28, 4]
    assert LINES == 22
    lines = broken("通" * 27 + "报，通报", SONG, BODY, measure=measure)
    assert lines[0].text == "通" * 27
    assert lines[1].text == "报，通报"
    assert broken("合格率为" + "通" * 23 + "71.6%", SONG, BODY, measure=measure)[1].text == "71.6%"


def test_a_character_no_typeface_holds_is_refused():
    with pytest.raises(InvalidError) as caught:
        refuse_unprintable(replace(LETTER, signer="\U0002ebf0"))
    assert "U+2EBF0" in str(caught.value)
    refuse_unprintable(LETTER)


def test_the_workbook_adds_up_by_formulas_that_come_to_the_same():
    content = draw_xlsx(SNAPSHOT, LETTER.source)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
    formulas = re.findall(r'<c r="([A-Z]+\d+)"[^>]*><f>([^<]*)</f><v>([^<]*)</v>', sheet)
    values = {place: (formula, value) for place, formula, value in formulas}
    assert values["C4"] == ("SUM(C2:C3)", "2900")
    assert values["C8"] == ("SUM(C5:C7)", "302")
    assert values["C9"] == ("C4+C8", "3202")
    assert values["H9"][0].startswith("IF(D9=0")
    assert values["H9"][1] == "71.6"
    assert read_sheet("t.xlsx", content).rows[-1].cells[1:4] == ("合计", "3202", "2934")


def test_a_chart_is_a_vector_picture_with_its_words(docx):
    with zipfile.ZipFile(io.BytesIO(docx)) as archive:
        pictures = [archive.read(name) for name in archive.namelist() if name.endswith(".emf")]
    assert len(pictures) == len(chart_drawings(SNAPSHOT)) == 3
    title, drawing, _legend = chart_drawings(SNAPSHOT)[0]
    content = metafile(drawing, 155)
    assert title == "各县区合格率"
    assert unpack_from("<I", content, 40)[0] == 0x464D4520
    assert unpack_from("<I", content, 48)[0] == len(content)
    kinds, at = [], 0
    while at < len(content):
        kind, size = unpack_from("<2I", content, at)
        kinds.append(kind)
        at += size
    assert at == len(content)
    assert unpack_from("<I", content, 52)[0] == len(kinds)
    assert (kinds[0], kinds[-1]) == (1, 14)
    assert "海东区".encode("utf-16-le") in content
    assert "75.0%（1500/2000）".encode("utf-16-le") in content


def test_sittings_before_are_drawn_as_a_trend_with_their_figures():
    days = (datetime(2016, 9, 5, tzinfo=UTC), datetime(2017, 9, 5, tzinfo=UTC))
    past = PastSitting("上年度考试", days[0], figures(1200, 400), figures(1300, 300))
    own = PastSitting("线上培训考试", days[1], SNAPSHOT.table.total, None)
    snapshot = replace(SNAPSHOT, trend=(past, own))
    titles = [title for title, _drawing, _legend in chart_drawings(snapshot)]
    assert titles == ["各县区合格率", "成绩分布", "历次考试合格率", "市直部门合格率"]
    letter = written(snapshot)
    text = without_breaks("".join(pdf_pages(draw_pdf(letter))))
    assert "上年度考试首考1200/1600，含补考1300/1600；线上培训考试首考2101/2934。" in text
    assert "75.0%" in text
    with zipfile.ZipFile(io.BytesIO(draw_docx(letter))) as archive:
        pictures = [archive.read(name) for name in archive.namelist() if name.endswith(".emf")]
    assert any("含补考合格率".encode("utf-16-le") in picture for picture in pictures)


def test_one_sitting_alone_is_no_trend():
    own = PastSitting("线上培训考试", datetime(2017, 9, 5, tzinfo=UTC), SNAPSHOT.table.total, None)
    drawn = chart_drawings(replace(SNAPSHOT, trend=(own,)))
    assert [title for title, _drawing, _legend in drawn] == ["各县区合格率", "成绩分布", "市直部门合格率"]
