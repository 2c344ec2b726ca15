"""What certificate and card have in common: the list of fields, and the mark of a sample."""

from certificates.documents.faces import CredentialFace
from certificates.documents.layouts import Box, Field, Palette, Side
from certificates.documents.sheet import Sheet, Style

# There is no bold Song to embed; a stroke of this part of the size round each character makes one.
BOLD = 0.02


def write_fields(sheet: Sheet, face: CredentialFace, side: Side, palette: Palette) -> None:
    characters = max(len(field.label) for field in side.fields)
    label = Style(side.label_size, palette.label)
    for field in side.fields:
        sheet.spread(field.label, field.box, label, characters)
        sheet.place(field.source(face), value_box(field, side), _value_style(field, palette))


def value_box(field: Field, side: Side) -> Box:
    """The place right of the label, with a little air above and below."""
    box, air = field.box, field.box.height * 0.06
    return Box(box.x + side.label_width, box.y + air, box.width - side.label_width, box.height - 2 * air)


def _value_style(field: Field, palette: Palette) -> Style:
    return Style(field.size, palette.text, field.face, stroke=BOLD if field.is_name else 0)


def keep_mark(sheet: Sheet, face: CredentialFace, palette: Palette) -> None:
    """Keep the sample's diagonal mark: outlines, so that no one copies or hears it with the text."""
    if not face.is_sample:
        return
    with sheet.kept("mark", (-90, -20, 90, 45)):
        sheet.ornament("演示样稿", 0, 2, Style(100, palette.watermark, spacing=0.1))
        sheet.ornament("SAMPLE", 0, -20, Style(50, palette.watermark, spacing=0.3))


def mark_ground(sheet: Sheet, face: CredentialFace, box: Box) -> None:
    """Lay the sample's mark on the ground, below everything that has to be read."""
    if face.is_sample:
        size = min(box.width * 0.42, box.height * 0.52) / 100
        x, y = box.x + box.width / 2, box.y + box.height / 2
        sheet.stamp("mark", x, y, turn=28, scale=(size, size))


def mark_line(sheet: Sheet, face: CredentialFace, box: Box, palette: Palette) -> None:
    """Say in words that a sample is one."""
    if face.is_sample:
        style = Style(box.height * 2.2, palette.sample, align=0.5)
        sheet.place("演示样稿 SAMPLE　仅供系统演示，不具有任何法律效力", box, style)
