"""The circular as DOCX: the typefaces of the standard named and none carried, real tables, real page numbers.

The archive is written with one fixed time, so the same letter gives the same bytes.
"""

import zipfile
from datetime import datetime
from io import BytesIO
from xml.sax.saxutils import escape

from docx import Document
from docx.document import Document as DocxDocument
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.oxml.shape import CT_Inline
from docx.section import _Footer
from docx.shared import Mm, Pt
from docx.text.paragraph import Paragraph as DocxParagraph

from exam.circular_figures import chinese_date
from exam.circular_tables import Attachment, RowKind, TableRow
from exam.circular_texts import CHARTS_TITLE, Letter, Paragraph, ParagraphKind
from exam.documents.circular_charts import chart_drawings
from exam.documents.metafiles import metafile
from exam.documents.official_layout import (
    BODY,
    CELL,
    FANG_SONG,
    HEI_TI,
    KAI_TI,
    LATIN,
    NOTE,
    PITCH,
    SMALL,
    SONG_TI,
    SUBHEADING,
    TITLE,
    XIAO_BIAO_SONG,
)

_CENTRE, _LEFT, _RIGHT = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.LEFT, WD_ALIGN_PARAGRAPH.RIGHT
CHART_MM = 140
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)
_TWIPS_PER_MM = 1440 / 25.4
# 28 characters of 三号 are a hair wider than the type area: each is set so many twentieths of a point closer.
# A grid of lines and characters would say the same, but office programs differ in how they keep to one.
_CLOSER = '<w:spacing w:val="-5"/>'
_FIELD = (
    '<w:r {ns}><w:rPr>{font}</w:rPr><w:t xml:space="preserve">— </w:t></w:r>',
    '<w:fldSimple {ns} w:instr=" PAGE "><w:r><w:rPr>{font}</w:rPr><w:t>1</w:t></w:r></w:fldSimple>',
    '<w:r {ns}><w:rPr>{font}</w:rPr><w:t xml:space="preserve"> —</w:t></w:r>',
)


def draw_docx(letter: Letter) -> bytes:
    """Return the circular with its attachments."""
    document = Document()
    _describe(document, letter)
    _set_page(document, letter)
    _heading(document, letter)
    for paragraph in letter.paragraphs:
        last = _paragraph(document, paragraph)
    ending = [last, *_announced(document, letter.announced), *_signature(document, letter)]
    for one in ending[:-1]:  # a signature never stands on a page without text
        one.paragraph_format.keep_with_next = True
    for attachment in letter.attachments:
        _attachment(document, attachment, letter.source)
    _charts(document, letter)
    _imprint(document, letter)
    out = BytesIO()
    document.save(out)
    return _with_fixed_times(out.getvalue())


def _describe(document: DocxDocument, letter: Letter) -> None:
    core = document.core_properties
    core.title, core.author, core.subject = letter.title, letter.issuer_name, letter.source
    core.comments, core.last_modified_by, core.language = "", "", "zh-CN"
    core.created = core.modified = datetime(letter.dated_on.year, letter.dated_on.month, letter.dated_on.day)
    core.revision = 1


def _set_page(document: DocxDocument, letter: Letter) -> None:
    normal = document.styles["Normal"]
    normal.font.size, normal.font.name = Pt(BODY), LATIN
    fonts = normal.element.get_or_add_rPr().get_or_add_rFonts()
    fonts.set(qn("w:eastAsia"), FANG_SONG)
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    section.header_distance, section.footer_distance = Mm(20), Mm(23)
    for grid in section._sectPr.findall(qn("w:docGrid")):
        section._sectPr.remove(grid)
    document.settings.odd_and_even_pages_header_footer = True
    for header in (section.header, section.even_page_header):
        _said(header.paragraphs[0], letter.mark, HEI_TI, SMALL).alignment = _CENTRE
    _page_number(section.footer, is_odd=True)
    _page_number(section.even_page_footer, is_odd=False)


def _page_number(footer: _Footer, *, is_odd: bool) -> None:
    paragraph = footer.paragraphs[0]
    paragraph.alignment = _RIGHT if is_odd else _LEFT
    edge = paragraph.paragraph_format
    edge.right_indent, edge.left_indent = (Pt(SMALL), None) if is_odd else (None, Pt(SMALL))
    for part in _FIELD:
        paragraph._p.append(parse_xml(part.format(ns=nsdecls("w"), font=_font(SONG_TI, SMALL))))


def _heading(document: DocxDocument, letter: Letter) -> None:
    number = _added(document, letter.document_no, FANG_SONG, BODY)
    if letter.signer:
        number.paragraph_format.tab_stops.add_tab_stop(Mm(156) - Pt(BODY), alignment=2)
        _run(number, "\t签发人：", FANG_SONG, BODY)
        _run(number, letter.signer, KAI_TI, BODY)
    else:
        number.alignment = _CENTRE
    border = '<w:pBdr {}><w:bottom w:val="single" w:sz="8" w:space="4" w:color="000000"/></w:pBdr>'
    number._p.get_or_add_pPr().insert_element_before(
        parse_xml(border.format(nsdecls("w"))), "w:shd", "w:tabs", "w:spacing", "w:ind", "w:jc", "w:rPr"
    )
    _blank(document)
    _blank(document)
    title = _added(document, letter.title, XIAO_BIAO_SONG, TITLE, pitch=PITCH * 1.15)
    title.alignment = _CENTRE
    _blank(document)


def _paragraph(document: DocxDocument, paragraph: Paragraph) -> DocxParagraph:
    is_heading = paragraph.kind is ParagraphKind.HEADING
    made = _added(document, "", FANG_SONG, BODY)
    made.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
    if paragraph.kind is not ParagraphKind.ADDRESSEES:
        made._p.get_or_add_pPr().get_or_add_ind().set(qn("w:firstLineChars"), "200")
        made.paragraph_format.first_line_indent = Pt(2 * BODY)
    if is_heading:
        made.paragraph_format.keep_with_next = True
        _run(made, paragraph.text, HEI_TI, BODY)
        return made
    found = SUBHEADING.match(paragraph.text) if paragraph.kind is ParagraphKind.BODY else None
    end = found.end() if found else 0
    _run(made, paragraph.text[:end], KAI_TI, BODY)
    _run(made, paragraph.text[end:], FANG_SONG, BODY)
    return made


def _announced(document: DocxDocument, names: list[str]) -> list[DocxParagraph]:
    found = [_blank(document)]
    for number, name in enumerate(names):
        made = _added(document, ("附件：" if number == 0 else "") + name, FANG_SONG, BODY)
        form = made.paragraph_format
        form.left_indent = Pt(6.5 * BODY)
        form.first_line_indent = Pt(-4.5 * BODY if number == 0 else -1.5 * BODY)
        found.append(made)
    return found


def _signature(document: DocxDocument, letter: Letter) -> list[DocxParagraph]:
    """Set the name over the date, both centred in the room that leaves the date four characters from the right."""
    blank = _blank(document)
    dated = chinese_date(letter.dated_on)
    date_width = sum(BODY if ord(one) > 0xFF else BODY / 2 for one in dated)
    name_width = BODY * len(letter.issuer_name)
    edge = max(0.0, 4 * BODY + date_width / 2 - name_width / 2)
    name = _added(document, letter.issuer_name, FANG_SONG, BODY)
    name.alignment, name.paragraph_format.right_indent = _RIGHT, Pt(edge)
    date = _added(document, dated, FANG_SONG, BODY)
    date.alignment, date.paragraph_format.right_indent = _RIGHT, Pt(4 * BODY)
    return [blank, name, date]


def _attachment(document: DocxDocument, attachment: Attachment, source: str) -> None:
    first = _added(document, f"附件{attachment.number}", HEI_TI, BODY)
    first.paragraph_format.page_break_before = True
    title = _added(document, attachment.title, XIAO_BIAO_SONG, 18)
    title.alignment = _CENTRE
    title.paragraph_format.space_after = Pt(8)
    document.element.body.insert_element_before(parse_xml(_table(attachment)), "w:sectPr")
    for text in (attachment.note, source):
        note = _added(document, text, FANG_SONG, NOTE, pitch=NOTE * 1.45)
        note.paragraph_format.space_before = Pt(2)


def _charts(document: DocxDocument, letter: Letter) -> None:
    """Set the charts as vector pictures, each with its title and legend."""
    first = _added(document, f"附件{letter.charts_number}", HEI_TI, BODY)
    first.paragraph_format.page_break_before = True
    _added(document, CHARTS_TITLE, XIAO_BIAO_SONG, 18).alignment = _CENTRE
    for number, (name, drawing, legend) in enumerate(chart_drawings(letter.snapshot), start=1):
        title = _added(document, name, HEI_TI, SMALL)
        title.alignment, title.paragraph_format.keep_with_next = _CENTRE, True
        picture = document.add_paragraph()
        picture.paragraph_format.keep_with_next = True
        picture.alignment, picture.paragraph_format.line_spacing = _CENTRE, 1
        picture.paragraph_format.space_after = Pt(0)
        height = CHART_MM * drawing.height / drawing.width
        place = PackURI(f"/word/media/chart{number}.emf")
        part = Part(place, "image/x-emf", metafile(drawing, CHART_MM), document.part.package)
        relation = document.part.relate_to(part, RELATIONSHIP_TYPE.IMAGE)
        inline = CT_Inline.new_pic_inline(number, relation, name, Mm(CHART_MM), Mm(height))
        inline.docPr.set("descr", f"{name}，数值与附件中的表格相同")
        picture.add_run()._r.add_drawing(inline)
        _added(document, legend, FANG_SONG, NOTE, pitch=NOTE * 1.45).paragraph_format.space_after = Pt(6)


def _imprint(document: DocxDocument, letter: Letter) -> None:
    lines = [f"抄送：{letter.copy_to}"] if letter.copy_to else []
    lines.append(f"{letter.issuer_name}\t{chinese_date(letter.dated_on)}印发")
    for number, line in enumerate(lines):
        made = _added(document, line, FANG_SONG, SMALL, pitch=SMALL * 1.6)
        form = made.paragraph_format
        form.left_indent = form.right_indent = Pt(SMALL)
        form.space_before = Pt(SMALL if number == 0 else 0)
        form.tab_stops.add_tab_stop(Mm(156) - Pt(SMALL), alignment=2)
        is_last = number == len(lines) - 1
        borders = '<w:top w:val="single" w:sz="8" w:space="2" w:color="000000"/>' if number == 0 else ""
        borders += '<w:bottom w:val="single" w:sz="8" w:space="2" w:color="000000"/>' if is_last else ""
        borders += '<w:between w:val="single" w:sz="4" w:space="2" w:color="000000"/>'
        made._p.get_or_add_pPr().insert_element_before(
            parse_xml(f"<w:pBdr {nsdecls('w')}>{borders}</w:pBdr>"), "w:shd", "w:tabs", "w:spacing", "w:ind", "w:jc"
        )


def _table(attachment: Attachment) -> str:
    widths = [round(width * _TWIPS_PER_MM) for width in attachment.widths]
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    edges = "".join(
        f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="000000"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    header = _table_row(TableRow(RowKind.SUBTOTAL, attachment.headers), widths, is_header=True)
    rows = "".join(_table_row(row, widths, is_header=False) for row in attachment.rows)
    return (
        f'<w:tbl {nsdecls("w")}><w:tblPr><w:tblW w:w="{sum(widths)}" w:type="dxa"/>'
        f"<w:tblBorders>{edges}</w:tblBorders>"
        '<w:tblLayout w:type="fixed"/><w:tblCellMar><w:left w:w="40" w:type="dxa"/><w:right w:w="40" w:type="dxa"/>'
        f"</w:tblCellMar></w:tblPr><w:tblGrid>{grid}</w:tblGrid>{header}{rows}</w:tbl>"
    )


def _table_row(row: TableRow, widths: list[int], *, is_header: bool) -> str:
    rule = "<w:tblHeader/>" if is_header else ""
    height = '<w:trHeight w:val="346" w:hRule="atLeast"/>'
    is_strong = is_header or row.kind is not RowKind.UNIT
    cells = "".join(
        _table_cell(text, width, is_strong=is_strong, is_left=place == 1 and not is_header)
        for place, (text, width) in enumerate(zip(row.cells, widths, strict=True))
    )
    return f"<w:tr><w:trPr><w:cantSplit/>{height}{rule}</w:trPr>{cells}</w:tr>"


def _table_cell(text: str, width: int, *, is_strong: bool, is_left: bool) -> str:
    font = _font(HEI_TI if is_strong else SONG_TI, CELL)
    return (
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/><w:vAlign w:val="center"/></w:tcPr><w:p><w:pPr>'
        f'<w:spacing w:before="0" w:after="0" w:line="240" w:lineRule="auto"/>'
        f'<w:jc w:val="{"left" if is_left else "center"}"/></w:pPr>'
        f'<w:r><w:rPr>{font}</w:rPr><w:t xml:space="preserve">{escape(text)}</w:t></w:r></w:p></w:tc>'
    )


def _font(face: str, size: float) -> str:
    half_points = round(size * 2)
    closer = _CLOSER if size == BODY else ""
    return (
        f'<w:rFonts w:ascii="{LATIN}" w:hAnsi="{LATIN}" w:eastAsia="{face}" w:cs="{LATIN}"/>'
        f'<w:color w:val="000000"/>{closer}<w:sz w:val="{half_points}"/><w:szCs w:val="{half_points}"/>'
        '<w:lang w:val="en-US" w:eastAsia="zh-CN"/>'
    )


def _blank(document: DocxDocument) -> DocxParagraph:
    return _added(document, "", FANG_SONG, BODY)


def _added(document: DocxDocument, text: str, face: str, size: float, pitch: float = PITCH) -> DocxParagraph:
    return _said(document.add_paragraph(), text, face, size, pitch)


def _said(paragraph: DocxParagraph, text: str, face: str, size: float, pitch: float = PITCH) -> DocxParagraph:
    form = paragraph.paragraph_format
    form.space_before = form.space_after = Pt(0)
    form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(pitch)
    form.widow_control = False
    _run(paragraph, text, face, size)
    return paragraph


def _run(paragraph: DocxParagraph, text: str, face: str, size: float) -> None:
    """Add a run in a face; ``w:eastAsia`` is what Chinese characters go by."""
    if not text:
        return
    run = paragraph.add_run(text)
    run._r.insert(0, parse_xml(f"<w:rPr {nsdecls('w')}>{_font(face, size)}</w:rPr>"))


def _with_fixed_times(content: bytes) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            entry = zipfile.ZipInfo(name, _ZIP_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            new.writestr(entry, old.read(name))
    return out.getvalue()
