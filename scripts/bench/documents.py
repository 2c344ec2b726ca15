"""What one printed credential costs in CPU: drawn and archived with tags and data, and signed as well.

Every face is another, with a name, a number and a photo of its own, so that nothing is saved by drawing
one twice. The first few warm the typefaces up and are not counted.
"""

import statistics
import time
from collections.abc import Callable
from datetime import date
from io import BytesIO

from PIL import Image

from certificates.documents.drawing import draw
from certificates.documents.faces import CredentialFace
from certificates.documents.printing import print_sheets
from certificates.layouts import Layout

RUNS, WARM, ON_SHEETS = 200, 10, 200
NAMES = "李明欧阳䶮王㛃赵𬱖孙𬀩周建国吴秀英郑海涛"

Signing = Callable[[bytes], bytes]


def measure_documents(sign: Signing | None = None) -> dict[str, float]:
    """Return milliseconds of CPU under their stable names; ``signed_ms`` is the certificate's whole way."""
    faces = [_face(number) for number in range(RUNS + WARM)]
    figures = {
        "credential.draw_ms": _median_ms(lambda face: draw(Layout.CERTIFICATE, face), faces),
        "credential.card_ms": _median_ms(lambda face: draw(Layout.CARD, face), faces),
        "credential.sheet_ms": _sheet_ms(faces[:ON_SHEETS]),
    }
    if sign is not None:
        signed = sign
        figures["credential.signed_ms"] = _median_ms(lambda face: signed(draw(Layout.CERTIFICATE, face)), faces)
    return figures


def _median_ms(made: Callable[[CredentialFace], bytes], faces: list[CredentialFace]) -> float:
    for face in faces[:WARM]:
        made(face)
    spans = []
    for face in faces[WARM:]:
        began = time.process_time()
        made(face)
        spans.append((time.process_time() - began) * 1000)
    return statistics.median(spans)


def _sheet_ms(faces: list[CredentialFace]) -> float:
    began = time.process_time()
    print_sheets(faces)
    return (time.process_time() - began) * 1000 / len(faces)


def _face(number: int) -> CredentialFace:
    start = number * 7 % len(NAMES)
    return CredentialFace(
        profile="hebei_2007",
        cert_no=f"990315{number:05}",
        holder_name=(NAMES + NAMES)[start : start + 3],
        unit_name="测量市海港区综合行政执法局",
        category="城市管理",
        area="海港区行政区域内",
        valid_from=date(2025, 1, 1),
        valid_until=date(2029, 12, 31),
        issuer_name="测量市人民政府法制办公室",
        lookup_url=f"HTTPS://ZF.EXAMPLE.GOV.CN/V/{number:026d}",
        is_sample=True,
        photo=_photo(number),
        signed_payload=f"ZF1:{number:0>230}",
    )


def _photo(number: int) -> bytes:
    """A portrait's size and weight: soft shapes with a little grain, another for each number."""
    ground = Image.effect_noise((358, 441), 18).convert("RGB")
    tint = Image.new("RGB", ground.size, (40 + number % 150, 90, 160))
    file = BytesIO()
    Image.blend(ground, tint, 0.5).save(file, "JPEG", quality=85)
    return file.getvalue()
