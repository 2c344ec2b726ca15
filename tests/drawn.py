"""Faces and photos to draw in tests, and what can be read back from what was drawn."""

from dataclasses import replace
from datetime import date
from io import BytesIO

import pypdfium2
import zxingcpp
from PIL import Image

from certificates.documents.faces import CredentialFace


def make_face(**changes: object) -> CredentialFace:
    face = CredentialFace(
        profile="hebei_2007",
        cert_no="99031500037",
        holder_name="李明",
        unit_name="秦皇岛市海港区综合行政执法局",
        category="城市管理",
        area="海港区行政区域内",
        valid_from=date(2025, 1, 1),
        valid_until=date(2029, 12, 31),
        issuer_name="秦皇岛市人民政府法制办公室",
        lookup_url="HTTPS://ZF.EXAMPLE.GOV.CN/V/A1B2C3D4",
        is_sample=False,
    )
    return replace(face, **changes)


def make_photo(kind: str = "JPEG", mode: str = "RGB", size: tuple[int, int] = (300, 420)) -> bytes:
    file = BytesIO()
    Image.new(mode, size, "navy").save(file, kind)
    return file.getvalue()


def pages(pdf: bytes) -> list[pypdfium2.PdfPage]:
    return list(pypdfium2.PdfDocument(pdf))


def text_of(pdf: bytes) -> str:
    return "\n".join(str(page.get_textpage().get_text_range()) for page in pages(pdf))


def words_of(pdf: bytes) -> str:
    """The text without the breaks and the blanks that setting it has put in."""
    return "".join(text_of(pdf).split())


def pictures_of(pdf: bytes, dots_per_inch: int = 150) -> list[Image.Image]:
    return [page.render(scale=dots_per_inch / 72).to_pil() for page in pages(pdf)]


def codes_of(pdf: bytes, dots_per_inch: int = 150) -> list[str]:
    pictures = pictures_of(pdf, dots_per_inch)
    return [code.text for picture in pictures for code in zxingcpp.read_barcodes(picture)]
