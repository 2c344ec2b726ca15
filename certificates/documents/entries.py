"""What certificate and card have in common: ground, fields, codes, photo, and the mark of a sample."""

from certificates.documents.boxes import Box
from certificates.documents.faces import CredentialFace
from certificates.documents.guilloche import Pattern, rosette, wave_bundle, wreaths
from certificates.documents.layouts import Code, Field, Palette, Rose, Side
from certificates.documents.sheet import Sheet, Style
from core.fonts import HEI

# There is no bold Song to embed; a stroke of this part of the size round each character makes one.
BOLD = 0.02
SAMPLE = "演示样稿 SAMPLE　仅供系统演示，不具有任何法律效力"
# So many steps lead from the colour at the foot of the ground to the one at its head.
STEPS = 12
KNOT_TURNS = 5


def keep_ground(sheet: Sheet, pattern: Pattern, width: float, height: float) -> None:
    """Keep the waves of one number, to be laid in rows over a ground of this width."""
    sheet.keep_curves("waves", wave_bundle(pattern, width, height))


def draw_ground(sheet: Sheet, palette: Palette, box: Box, pitch: float) -> None:
    """Lay the waves in rows, every second one turned over, their ink changing from foot to head."""
    rows = round(box.height / pitch)
    for step in range(STEPS):
        lines = range(rows * step // STEPS, rows * (step + 1) // STEPS)
        sheet.pen(blend(palette.low, palette.high, step / (STEPS - 1)), 0.22)
        for is_odd in (0, 1):
            places = [(box.x, box.y + pitch * (n + 0.5), 0.0) for n in lines if n % 2 == is_odd]
            sheet.stamp_all("waves", places, up=1 - 2 * is_odd)


def keep_rose(sheet: Sheet, pattern: Pattern, radius: float) -> None:
    """Keep the three wreaths of one number's rosette."""
    for number, wreath in enumerate(wreaths(pattern, radius)):
        sheet.keep_curves(f"wreath{number}", [wreath.curve])


def draw_rose(sheet: Sheet, pattern: Pattern, palette: Palette, rose: Rose) -> None:
    """Turn each wreath until its lines close to a lattice."""
    inks = (palette.petal, blend(palette.petal, palette.low, 0.5), palette.petal)
    for number, (wreath, ink) in enumerate(zip(wreaths(pattern, rose.radius), inks, strict=True)):
        sheet.pen(ink, 0.2)
        sheet.stamp_all(f"wreath{number}", [(rose.x, rose.y, angle) for angle in wreath.angles])


def keep_knot(sheet: Sheet, pattern: Pattern, radius: float) -> None:
    """Keep the small rosette that binds the photo to its ground."""
    sheet.keep_curves("knot", [rosette(radius, 0.72, pattern.petals[2])])


def draw_photo(sheet: Sheet, face: CredentialFace, pattern: Pattern, palette: Palette, box: Box) -> None:
    """Draw the photo with fine lines over its corner: one that is pasted over another breaks them."""
    with sheet.part("Figure", alt=f"持证人{face.holder_name}的照片", box=box):
        sheet.photo(face.photo, box, palette.label)
    petals, aside = pattern.petals[2], box.width / 24
    x, y = box.right - aside, box.y + aside
    sheet.pen(palette.accent, 0.16)
    sheet.stamp_all("knot", [(x, y, 360 / petals / KNOT_TURNS * turn) for turn in range(KNOT_TURNS)])


def draw_code(sheet: Sheet, face: CredentialFace, code: Code, palette: Palette) -> None:
    with sheet.part("Figure", alt=code.meaning, box=code.box):
        sheet.code(code.source(face), code.box, palette.main)
    sheet.frame(code.box, palette.line, 0.4)
    if code.caption:
        with sheet.part("P"):
            size = code.box.width * 0.27
            sheet.place(code.caption, code.caption_box, Style(size, palette.label, align=0.5))


def write_fields(sheet: Sheet, face: CredentialFace, side: Side, palette: Palette) -> None:
    characters = max(len(field.label) for field in side.fields)
    label = Style(side.label_size, palette.label)
    with sheet.group("L"):
        for field in side.fields:
            with sheet.group("LI"):
                with sheet.part("Lbl"):
                    sheet.spread(field.label, field.box, label, characters)
                with sheet.part("LBody"):
                    sheet.place(field.source(face), value_box(field, side), _value_style(field, palette))


def value_box(field: Field, side: Side) -> Box:
    """The place right of the label, with a little air above and below."""
    box, air = field.box, field.box.height * 0.06
    return Box(box.x + side.label_width, box.y + air, box.width - side.label_width, box.height - 2 * air)


def _value_style(field: Field, palette: Palette) -> Style:
    return Style(field.size, palette.text, field.face, stroke=BOLD if field.is_name else 0)


def keep_micro_text(sheet: Sheet, words: str, cert_no: str, size: float) -> float:
    """Keep a line of the title and the number, too small for a copier; return how long it is.

    It is drawn as outlines: as text it would drown all else in what is copied or read out.
    """
    style = Style(size, 0, HEI)
    with_gap = sheet.keep_ornament("words", words, style) + size * 0.2
    number = sheet.keep_ornament("number", cert_no, style)
    length = with_gap + number + size * 0.2
    with sheet.kept("micro", (0, -size, length, size)):
        sheet.stamp("words", 0, 0)
        sheet.stamp("number", with_gap, 0)
    return length


def draw_micro_text(sheet: Sheet, length: float, start: tuple[float, float], end: float, color: int) -> None:
    """Run the micro-text from left to right, as often as it fits and stretched by a hair to end with the line."""
    x, y = start
    times = max(round((end - x) / length), 1)
    step = (end - x) / times
    sheet.ink(color)
    for number in range(times):
        sheet.stamp("micro", x + step * number, y, along=step / length)


def keep_mark(sheet: Sheet, face: CredentialFace, palette: Palette) -> None:
    """Keep the sample's diagonal mark: outlines, so that no one copies or hears it with the text."""
    if not face.is_sample:
        return
    with sheet.kept("mark", (-90, -20, 90, 45)):
        sheet.outlined("演示样稿", 0, 2, Style(100, palette.watermark, spacing=0.1))
        sheet.outlined("SAMPLE", 0, -20, Style(50, palette.watermark, spacing=0.3))


def mark_ground(sheet: Sheet, face: CredentialFace, box: Box) -> None:
    """Lay the sample's mark on the ground, below everything that has to be read."""
    if face.is_sample:
        size = min(box.width * 0.42, box.height * 0.52) / 100
        sheet.stamp("mark", box.centre, box.middle, turn=28, along=size, up=size)


def mark_line(sheet: Sheet, face: CredentialFace, box: Box, palette: Palette) -> None:
    """Say in words, and first of all, that a sample is one."""
    if face.is_sample:
        with sheet.part("P"):
            sheet.place(SAMPLE, box, Style(box.height * 2.2, palette.sample, align=0.5))


def blend(one: int, other: int, share: float) -> int:
    """Return the colour that lies so far on the way from one to the other."""
    parts = ((one >> shift & 255, other >> shift & 255) for shift in (16, 8, 0))
    red, green, blue = (round(low + (high - low) * share) for low, high in parts)
    return red << 16 | green << 8 | blue
