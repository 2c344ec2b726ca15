"""The archived file: what it claims to be it is, and it says the same twice."""

import hashlib
import json
import subprocess
import sys
from io import BytesIO
from pathlib import Path

import page as validator
import pikepdf
import pytest

from certificates.documents.archive import SIGNATURE_FIELD
from certificates.documents.boxes import Size
from certificates.documents.drawing import draw
from certificates.documents.layouts import LAYOUTS
from certificates.documents.sheet import Sheet, Style
from certificates.layouts import Layout
from core.canonical import canonical_json
from core.fonts import cache_folder
from tests.drawn import make_face, make_photo

ROOT = Path(__file__).resolve().parents[3]
every_layout = pytest.mark.parametrize("layout", Layout)
every_profile = pytest.mark.parametrize("profile", LAYOUTS)
FULL = {"is_sample": True, "photo": make_photo(), "signed_payload": "ZF1:" + "0" * 226}


def opened(layout: Layout, **changes: object) -> pikepdf.Pdf:
    return pikepdf.open(BytesIO(draw(layout, make_face(**changes))))


def read_out(element: pikepdf.Object) -> list[tuple[str, pikepdf.Object]]:
    """(role, element) along the tree of tags, from its root down."""
    found = [(str(element.S), element)] if "/S" in element else []
    kids = element.get("/K", pikepdf.Array())
    for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
        if isinstance(kid, pikepdf.Dictionary) and "/Obj" not in kid:
            found += read_out(kid)
    return found


def marked_numbers(page: pikepdf.Page) -> list[int]:
    """The numbers of the marked pieces of a page, in the order in which they are drawn."""
    numbers = []
    for instruction in pikepdf.parse_content_stream(page, "BDC"):
        _tag, properties = instruction.operands
        numbers += [int(properties.MCID)] if "/MCID" in properties else []
    return numbers


@every_layout
def test_every_tag_leads_to_its_piece_of_the_page_and_back(layout):
    with opened(layout, **FULL) as file:
        numbers = file.Root.StructTreeRoot.ParentTree.Nums
        owners = {int(numbers[at]): numbers[at + 1] for at in range(0, len(numbers), 2)}
        for page in file.pages:
            owned = owners[int(page.StructParents)]
            assert marked_numbers(page) == list(range(len(owned)))
            for number, element in enumerate(owned):
                assert int(element.K) == number
                assert element.Pg.objgen == page.objgen


@every_layout
def test_whatever_is_drawn_is_either_read_out_or_marked_as_decoration(layout):
    with opened(layout, **FULL) as file:
        for page in file.pages:
            depth, unmarked = 0, []
            for instruction in pikepdf.parse_content_stream(page):
                operator = str(instruction.operator)
                depth += {"BMC": 1, "BDC": 1, "EMC": -1}.get(operator, 0)
                assert depth in {0, 1}
                if not depth and operator in {"S", "f", "B", "Tj", "TJ", "Do"}:
                    unmarked.append(operator)
            assert unmarked == []
            assert depth == 0


@every_profile
@every_layout
def test_it_is_read_in_the_order_in_which_a_person_would(layout, profile):
    with opened(layout, profile=profile, **FULL) as file:
        roles = [role for role, _ in read_out(file.Root.StructTreeRoot)]
    assert roles[:4] == ["/Document", "/P", "/H1", "/P"]
    assert roles.count("/Lbl") == roles.count("/LBody") == roles.count("/LI") >= 4
    assert roles[-1] == "/Form"


@every_layout
def test_photo_and_codes_are_described_in_words(layout):
    with opened(layout, **FULL) as file:
        figures = [one for role, one in read_out(file.Root.StructTreeRoot) if role == "/Figure"]
    said = " ".join(str(one.Alt) for one in figures)
    assert "持证人李明的照片" in said
    assert "核验" in said
    assert len(figures) == (3 if layout is Layout.CERTIFICATE else 2)


@every_layout
def test_it_says_its_language_and_shows_its_title(layout):
    with opened(layout) as file:
        assert str(file.Root.Lang) == "zh-CN"
        assert bool(file.Root.ViewerPreferences.DisplayDocTitle)
        assert "99031500037" in bytes(file.Root.Metadata.read_bytes()).decode()


@every_layout
def test_the_title_may_hold_what_xml_reserves(layout):
    with opened(layout, cert_no="A<&>1") as file, file.open_metadata() as said:
        assert "A<&>1" in said["dc:title"]


@every_layout
def test_the_file_holds_its_data_as_canonical_json(layout):
    with opened(layout) as file:
        content = file.attachments["credential.json"].get_file().read_bytes()
        entry = file.Root.AF[0]
        assert str(entry.AFRelationship) == "/Data"
    said = json.loads(content)
    assert canonical_json(said).encode() == content
    assert said["cert_no"] == "99031500037"
    assert (said["valid_from"], said["valid_until"]) == ("2025-01-01", "2029-12-31")


@every_layout
def test_there_is_one_empty_field_to_sign_and_it_is_tagged(layout):
    with opened(layout) as file:
        (field,) = file.Root.AcroForm.Fields
        assert (str(field.T), str(field.FT), str(field.TU)) == (SIGNATURE_FIELD, "/Sig", "发证机关电子签名")
        assert "/V" not in field
        forms = [one for role, one in read_out(file.Root.StructTreeRoot) if role == "/Form"]
        assert [one.K.Obj.objgen for one in forms] == [field.objgen]


@every_profile
@every_layout
@pytest.mark.parametrize("changes", [{}, FULL], ids=["bare", "full"])
@pytest.mark.parametrize("standard", [validator.ValidationProfile.PDF_A_3A, validator.ValidationProfile.PDF_UA_1])
def test_it_holds_to_the_standards_it_names(layout, profile, changes, standard, tmp_path):
    file = tmp_path / "credential.pdf"
    file.write_bytes(draw(layout, make_face(profile=profile, **changes)))
    report = validator.validate_pdf(str(file), profile=standard)
    assert [f"{one.rule_id} {one.message}" for one in report.failures] == []
    assert report.is_compliant


def test_the_validator_would_have_seen_what_the_drawing_library_leaves_out(tmp_path):
    sheet = Sheet(Size(100, 100), "raw")
    sheet.write("证", 10, 10, Style(12, 0))
    file = tmp_path / "raw.pdf"
    file.write_bytes(sheet.finished())
    assert not validator.validate_pdf(str(file), profile=validator.ValidationProfile.PDF_A_3A).is_compliant


@every_layout
def test_no_stream_ends_where_its_length_could_be_taken_for_another(layout):
    """One in 256 would; with twenty streams a file, a hundred files hold several."""
    for number in range(100):
        pdf = draw(layout, make_face(cert_no=f"{number}", holder_name=f"李{number}"))
        assert b"\r\nendstream" not in pdf


PRINT_DIGESTS = """
import hashlib
from certificates.documents.drawing import draw
from certificates.layouts import Layout
from tests.drawn import make_face, make_photo
face = make_face(is_sample=True, photo=make_photo(), signed_payload="ZF1:0A", holder_name="李𬱖")
print(*(hashlib.sha256(draw(layout, face)).hexdigest() for layout in Layout))
"""


def test_two_processes_draw_the_same_bytes():
    face = make_face(is_sample=True, photo=make_photo(), signed_payload="ZF1:0A", holder_name="李𬱖")
    here = [hashlib.sha256(draw(layout, face)).hexdigest() for layout in Layout]
    there = [
        subprocess.run(
            [sys.executable, "-c", PRINT_DIGESTS],
            cwd=ROOT,
            env={"PYTHONPATH": str(ROOT), "PYTHONHASHSEED": seed, "CHIZHENG_CACHE": str(cache_folder())},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.split()
        for seed in ("1", "2")
    ]
    assert there == [here, here]
