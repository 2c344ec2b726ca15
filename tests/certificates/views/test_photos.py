from pathlib import PurePath

import pytest
from sqlalchemy import func, select

import certificates.jobs.photos  # noqa: F401 - tells the worker what it can do
from certificates.operations.photos import take_in_photo
from certificates.queries.photos import photo_of
from core.db import reading, transaction
from core.jobs import work_once
from core.sheets import read_sheet
from people.models import OfficerPhoto, PhotoIntake
from people.permissions import Role
from tests.factories import ACTOR, make_city, make_officer, make_pass_list
from tests.forms_browser import file_field
from tests.portraits import make_archive, make_portrait, png_bomb

PORTRAIT = make_portrait()


@pytest.fixture
def people(database):
    """Three in the county and one in the department, all on a list."""
    with transaction() as session:
        city = make_city(session)
        made = [make_officer(session, city.county, name=name) for name in ("张三", "李四", "王五")]
        made.append(make_officer(session, city.department, name="赵六"))
        make_pass_list(session, made)
        return made


def upload(browser, files, name="照片.zip"):
    browser.open("/photos/")
    browser.submit({"file": file_field(PurePath(name), make_archive(files))})


def photo(officer):
    with reading() as session:
        return photo_of(session, officer.id)


def test_an_archive_is_checked_shown_and_taken_in_with_one_confirmation(signed_in, people):
    browser = signed_in(Role.ADMINISTRATOR)
    upload(
        browser,
        {"海东区_张三.jpg": PORTRAIT, "市公安局_赵六.jpg": PORTRAIT, "谁.jpg": PORTRAIT, "海东区_李四.png": b"x"},
    )
    assert "正在读取照片" in browser.text()
    assert browser.page.select_one("#intake[data-live]") is not None
    address = browser.response.request.path
    work_once()
    browser.open(address)
    text = browser.text()
    assert "录入 2 张照片" in text
    assert "不知道是谁" in text
    assert "不是 JPEG 或 PNG" in text
    assert [row.get_text() for row in browser.page.select("table.list tbody th")][-2:] == ["李四", "王五"]
    assert browser.page.select_one("[data-live]") is None
    picture = browser.page.select_one(".portraits img")["src"]
    assert browser.fetch(picture).data.startswith(b"\xff\xd8")
    assert photo(people[0]) is None
    browser.submit(action=address)
    assert "已录入 2 张照片" in browser.text()
    assert photo(people[0]) is not None
    browser.open(address, status=404)


def test_the_result_of_a_check_comes_as_a_workbook(signed_in, people):
    browser = signed_in(Role.ADMINISTRATOR)
    upload(browser, {"海东区_张三.jpg": PORTRAIT, "谁.jpg": PORTRAIT})
    address = browser.response.request.path
    work_once()
    sheet = read_sheet("x.xlsx", browser.fetch(f"{address}/result.xlsx").data)
    assert [row.cells[0] for row in sheet.rows] == ["谁.jpg"]


def test_a_bomb_and_a_path_are_answered_with_a_sentence(signed_in, people):
    browser = signed_in(Role.ADMINISTRATOR)
    upload(browser, {"海东区_张三.png": png_bomb(20_000, 28_000)})
    address = browser.response.request.path
    work_once()
    browser.open(address)
    assert "没有读取" in browser.text()
    assert "录入 1 张照片" not in browser.text()
    upload(browser, {"照片/海东区_张三.jpg": PORTRAIT})
    address = browser.response.request.path
    work_once()
    browser.open(address)
    assert "请打开文件夹，选中照片本身再压缩" in browser.text()
    assert photo(people[0]) is None


def test_what_is_no_archive_is_answered_with_a_sentence(signed_in, people):
    browser = signed_in(Role.ADMINISTRATOR)
    browser.open("/photos/")
    browser.submit({"file": file_field(PurePath("照片.zip"), b"Rar!")})
    address = browser.response.request.path
    work_once()
    browser.open(address)
    assert "不是 ZIP 压缩包" in browser.text()
    browser.open("/photos/")
    browser.submit()
    assert "请选择照片压缩包" in browser.text()


def test_an_archive_may_be_larger_than_other_uploads_and_not_too_large(signed_in, people):
    browser = signed_in(Role.ADMINISTRATOR)
    browser.open("/photos/")
    token = browser.page.find("input", attrs={"name": "csrf_token"})["value"]
    part = '--x\r\nContent-Disposition: form-data; name="{}"{}\r\n\r\n'
    head = part.format("csrf_token", "") + token + "\r\n" + part.format("file", '; filename="a.zip"')
    body = head.encode() + bytes(12 * 1024 * 1024) + b"\r\n--x--\r\n"
    kind = "multipart/form-data; boundary=x"
    assert browser.client.post("/photos/", data=body, content_type=kind).location.startswith("/photos/intakes/")
    other = browser.client.post("/credentials/import", data=body, content_type=kind)
    said = {"CONTENT_LENGTH": str(102 * 1024 * 1024)}
    large = browser.client.post("/photos/", data=b"", content_type=kind, environ_overrides=said)
    assert (other.status_code, large.status_code) == (413, 413)
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(PhotoIntake)) == 1


def test_an_archive_is_discarded(signed_in, people):
    browser = signed_in(Role.ADMINISTRATOR)
    upload(browser, {"海东区_张三.jpg": PORTRAIT})
    address = browser.response.request.path
    work_once()
    browser.open(address)
    browser.submit(action="/discard")
    assert "没有录入任何照片" in browser.text()
    assert photo(people[0]) is None


def test_a_unit_takes_in_photos_of_its_own_people_alone(signed_in, people):
    browser = signed_in(Role.UNIT_ADMINISTRATOR)
    upload(browser, {"海东区_张三.jpg": PORTRAIT, "市公安局_赵六.jpg": PORTRAIT})
    address = browser.response.request.path
    work_once()
    browser.open(address)
    assert "录入 1 张照片" in browser.text()
    browser.submit(action=address)
    assert photo(people[0]) is not None
    assert photo(people[3]) is None
    browser.open(f"/photos/officers/{people[3].id}", status=404)


def test_nobody_opens_the_archive_of_another(signed_in, people):
    mine, other = signed_in(Role.ADMINISTRATOR), signed_in(Role.ADMINISTRATOR)
    upload(mine, {"海东区_张三.jpg": PORTRAIT})
    address = mine.response.request.path
    work_once()
    other.open(address, status=404)
    other.open(f"{address}/0.jpg", status=404)


def test_one_photo_is_taken_in_on_the_officers_page_and_the_earlier_one_stays(signed_in, people):
    browser = signed_in(Role.UNIT_ADMINISTRATOR)
    browser.open(f"/officers/{people[0].id}")
    browser.open(browser.link("照片"))
    assert "还没有照片" in browser.text()
    browser.submit({"file": file_field(PurePath("张三.jpg"), PORTRAIT)})
    assert "已录入照片" in browser.text()
    browser.submit({"file": file_field(PurePath("张三.jpg"), PORTRAIT)})
    assert "没有改动" in browser.text()
    browser.submit({"file": file_field(PurePath("张三.png"), make_portrait("PNG", (500, 700)))})
    assert "已更换照片" in browser.text()
    assert "以前的照片" in browser.text()
    pictures = [one["src"] for one in browser.page.select("main img")]
    assert len(pictures) == 2
    assert len({browser.fetch(address).data for address in pictures}) == 2


def test_a_bad_photo_is_refused_on_the_officers_page(signed_in, people):
    browser = signed_in(Role.ADMINISTRATOR)
    browser.open(f"/photos/officers/{people[0].id}")
    browser.submit({"file": file_field(PurePath("a.jpg"), make_portrait(size=(200, 280)))})
    assert "照片太小" in browser.text()
    browser.submit()
    assert "请选择照片" in browser.text()
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(OfficerPhoto)) == 0


def test_a_photo_is_shown_to_staff_of_its_unit_and_to_nobody_else(signed_in, people):
    with transaction() as session:
        made = take_in_photo(session, people[3].id, PORTRAIT, ACTOR)
    assert signed_in(Role.ADMINISTRATOR).fetch(f"/photos/{made.id}.jpg").data == PORTRAIT
    signed_in(Role.UNIT_ADMINISTRATOR).fetch(f"/photos/{made.id}.jpg", status=404)
    signed_in(Role.CANDIDATE).fetch(f"/photos/{made.id}.jpg", status=403)
    assert signed_in(Role.PUBLIC).fetch(f"/photos/{made.id}.jpg", status=302).location.startswith("/sign-in")


def test_whoever_is_missing_a_photo_is_listed_with_the_name_its_file_should_bear(signed_in, people):
    browser = signed_in(Role.ADMINISTRATOR)
    browser.open("/photos/")
    assert "缺照片" in browser.text()
    sheet = read_sheet("x.xlsx", browser.fetch("/photos/missing.xlsx").data)
    assert [row.cells[3] for row in sheet.rows][:1] == ["海东区_张三.jpg"]
    assert len(sheet.rows) == 4
