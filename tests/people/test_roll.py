"""Importing a roll: each fault is named with its row and column, and nothing is written."""

import pytest
from hypothesis import given, strategies as st
from sqlalchemy import func, select

from core.audit import Actor
from core.errors import InvalidError
from core.import_kinds import dry_run, import_sheet
from core.models import AuditEntry
from core.sheets import WorkbookSheet, write_csv, write_workbook
from people.identity import Identity
from people.models import Officer
from people.operations import ROLL
from people.permissions import Role
from people.posts import DocumentKind, EmploymentType, PostState
from people.queries import document_number
from people.roll import COLUMNS, parsed_day
from tests.factories import make_city, make_officer

HEADERS = [column.name for column in COLUMNS]
OFFICE = Identity(None, Role.ADMINISTRATOR, "测试", None, None, 0, False)
GOOD_ID = "13030219800101002X"


def row(**changes):
    values = {
        "姓名": "王小明",
        "证件类型": "演示编号",
        "证件号码": "DEMO-000001",
        "单位": "海东区",
        "人员性质": "在编",
        "岗位状态": "在岗",
        "变动日期": "",
        "执法类别": "",
        "执法区域": "海东区",
    }
    values.update(changes)
    return [values[header] for header in HEADERS]


def sheet(*rows):
    return write_csv(HEADERS, rows)


def problems_of(session, data):
    return [(p.row, p.column, str(p.message)) for p in dry_run(session, ROLL, "roll.csv", data, OFFICE).problems]


def imported(session, data, filename="roll.csv"):
    import_sheet(session, ROLL, filename, data, OFFICE)
    return list(session.scalars(select(Officer).order_by(Officer.document_digest)))


@pytest.fixture
def city(session):
    return make_city(session)


def test_a_clean_roll_puts_everybody_on_the_units_roll(session, city):
    data = sheet(
        row(),
        row(证件号码="DEMO-000002", 单位="市公安局", 人员性质="合同工", 岗位状态="退休", 变动日期="2017-05-02"),
    )
    officers = {document_number(one): one for one in imported(session, data)}
    first, second = officers["DEMO-000001"], officers["DEMO-000002"]
    assert (first.organisation.name, first.employment, first.post) == ("海东区", "establishment", "in_post")
    assert (second.organisation.name, second.employment) == ("市公安局", EmploymentType.CONTRACT)
    assert (second.post, second.post_since.isoformat()) == (PostState.RETIRED, "2017-05-02")
    assert second.enforcement_category == "公安"


def test_an_import_is_one_entry_in_the_audit_chain(session, city):
    before = session.scalar(select(func.count()).select_from(AuditEntry))
    imported(session, sheet(row(), row(证件号码="DEMO-000002")))
    assert session.scalar(select(func.count()).select_from(AuditEntry)) == before + 1


@pytest.mark.parametrize("name", ["李䶮", "孙㛃", "陈𬱖", "赵𬀩", "𡐓𬸚", "阿依古丽·买买提"])
def test_rare_characters_and_dotted_names_come_in_as_they_are(session, city, name):
    [officer] = imported(session, sheet(row(姓名=name)))
    assert officer.name == name


@pytest.mark.parametrize("dot", ["•", "・", "．", "‧"])
def test_the_dot_of_a_name_is_always_the_same(session, city, dot):
    [officer] = imported(session, sheet(row(姓名=f"阿依古丽{dot}买买提")))
    assert officer.name == "阿依古丽·买买提"


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8", "utf-8-sig"])
def test_the_usual_encodings_are_read(session, city, encoding):
    text = sheet(row(姓名="陈𬱖")).decode("utf-8-sig")
    [officer] = imported(session, text.encode(encoding))
    assert officer.name == "陈𬱖"


def test_a_workbook_is_read_as_well(session, city):
    data = write_workbook([WorkbookSheet("名册", HEADERS, [row()])])
    [officer] = imported(session, data, "roll.xlsx")
    assert officer.name == "王小明"


def test_a_real_identity_number_is_kept_sealed(session, city):
    [officer] = imported(session, sheet(row(证件类型="居民身份证", 证件号码=GOOD_ID.lower())))
    assert officer.document_kind == DocumentKind.RESIDENT_ID
    assert GOOD_ID.encode() not in officer.document_sealed
    assert document_number(officer) == GOOD_ID


FAULTS = [
    ({"单位": "没有这个局"}, "单位", "没有名为“没有这个局”的单位"),
    ({"证件类型": "居民身份证", "证件号码": "130302198001010021"}, "证件号码", "校验"),
    ({"证件类型": "居民身份证", "证件号码": "130302800101002"}, "证件号码", "15"),
    ({"证件号码": "12345"}, "证件号码", "DEMO-000001"),
    ({"证件类型": "护照"}, "证件类型", "只能填写"),
    ({"人员性质": "老员工"}, "人员性质", "只能填写"),
    ({"岗位状态": "休假"}, "岗位状态", "只能填写"),
    ({"变动日期": "去年"}, "变动日期", "2017-06-30"),
    ({"变动日期": "2999-01-01"}, "变动日期", "不能晚于今天"),
    ({"姓名": ""}, "姓名", ""),
    ({"姓名": "=cmd|' /C calc'!A0"}, "姓名", "="),
    ({"姓名": "王2"}, "姓名", ""),
]


@pytest.mark.parametrize(("changes", "column", "words"), FAULTS, ids=[str(fault[0]) for fault in FAULTS])
def test_a_fault_is_named_with_its_row_and_column_and_nothing_is_written(session, city, changes, column, words):
    text = sheet(row(证件号码="DEMO-000009")).decode("utf-8-sig") + _raw_line(row(**changes))
    data = text.encode()
    found = problems_of(session, data)
    assert [(line, name) for line, name, _message in found] == [(3, column)]
    assert words in found[0][2]
    assert found[0][2].endswith("。")
    with pytest.raises(InvalidError):
        import_sheet(session, ROLL, "roll.csv", data, OFFICE)
    assert session.scalar(select(func.count()).select_from(Officer)) == 0


def test_a_cell_that_cannot_be_read_hides_no_other_problem_of_its_row(session, city):
    wrong = row(变动日期="去年", 证件类型="居民身份证", 证件号码="130302198001010021", 单位="没有这个局")
    assert [name for _line, name, _message in problems_of(session, sheet(wrong))] == [
        "变动日期",
        "证件号码",
        "单位",
    ]


def test_a_person_twice_in_the_sheet_is_a_fault(session, city):
    found = problems_of(session, sheet(row(), row(姓名="李小红")))
    assert {(line, column) for line, column, _message in found} >= {(3, "证件号码")}


def test_a_person_already_on_a_roll_is_a_fault(session, city):
    make_officer(session, city.department, document_number="DEMO-000001")
    make_officer(session, city.county, document_number="DEMO-000777")
    found = problems_of(session, sheet(row()))
    assert [(line, column) for line, column, _message in found] == [(2, "证件号码")]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "空"),
        ("姓名,部门\n王小明,海东区\n".encode(), "模板"),
        (sheet(), "表头"),
        (b"\x89PNG\r\n\x1a\n" + b"\x00" * 200, ".xlsx"),
        (b"%PDF-1.7\n" + b"\x00" * 200, ".xlsx"),
    ],
    ids=["empty", "wrong header", "header alone", "picture", "pdf"],
)
def test_a_file_that_is_no_roll_is_refused_with_what_to_do(session, city, data, words):
    with pytest.raises(InvalidError) as refusal:
        dry_run(session, ROLL, "roll.xlsx", data, OFFICE)
    assert words in str(refusal.value)
    assert str(refusal.value).endswith("。")


@given(st.dates())
def test_a_day_is_read_back_however_it_is_separated(day):
    assert {parsed_day(day.isoformat().replace("-", mark)) for mark in "-/."} == {day}


def test_the_actor_of_an_import_is_the_one_who_confirmed_it(session, city):
    imported(session, sheet(row()))
    entry = session.scalars(select(AuditEntry).where(AuditEntry.verb == "people:roll:import")).one()
    assert entry.actor_name == Actor(None, "测试").name


def _raw_line(cells):
    return ",".join(f'"{cell}"' for cell in cells) + "\r\n"
