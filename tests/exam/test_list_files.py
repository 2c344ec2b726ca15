import hashlib
import json
import threading
import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from io import BytesIO

import pypdfium2
import pytest
from sqlalchemy import select, update

from core import clock
from core.db import reading, transaction
from core.jobs import Run
from core.models import Job, LogEntry
from core.sheets import read_sheet
from exam.documents.pass_list import draw_list
from exam.jobs import draw_list_files
from exam.list_faces import ListFace
from exam.list_states import FILE_LOG_KIND, EffectMode, ListLayout
from exam.models.planning import Candidate, Sitting
from exam.models.results import PassListFile, Result
from exam.operations.closing import close_sitting
from exam.operations.publishing import FILES_JOB
from exam.pass_lists import ListedPerson, UnitCount
from exam.queries.pass_lists import pass_list
from exam.states import Outcome
from tests.factories import (
    ACTOR,
    make_attempt,
    make_candidate,
    make_city,
    make_officer,
    make_sitting,
    publish_list,
)

NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)
AFTER_A_YEAR = datetime(2027, 3, 12, 1, tzinfo=UTC)
ATOM = "{http://www.w3.org/2005/Atom}"
FACE = ListFace(
    title="春季考试合格人员名单",
    version=1,
    issuer_name="示范市司法局",
    published_at=NOW,
    notice_from=date(2026, 3, 3),
    notice_until=date(2026, 3, 9),
    effective_on=date(2026, 3, 10),
    is_provisional=False,
    legal_basis="《中华人民共和国政府信息公开条例》第十九条",
    contact="执法监督科，0335-1234567",
    reason="",
    passed_count=3,
    exempt_count=1,
    people=(
        ListedPerson(1, "王𬀩", "海东区", "2601100100013"),
        ListedPerson(2, "", "海东区", "", is_exempt=True),
        ListedPerson(3, "", "市公安局", "", withdrawn_on=date(2026, 3, 5), withdrawn_by=1),
    ),
    units=(UnitCount("C01", "海东区", 2), UnitCount("M01", "市公安局", 1)),
    names_until=date(2027, 3, 9),
    are_names_off=False,
    digest="ab" * 32,
    log_number=7,
    is_superseded=False,
    is_sample=True,
)


@pytest.fixture(autouse=True)
def spring():
    with clock.at(NOW):
        yield


@pytest.fixture
def made(database):
    with transaction() as session:
        city, sitting = make_city(session), make_sitting(session, title="春季考试")
        for number, name in enumerate(("甲", "乙")):
            officer = make_officer(session, city.county, name=name)
            make_attempt(session, make_candidate(session, sitting, officer, candidate_no=f"2601{number}"), 80)
        with clock.at(NOW + timedelta(hours=9)):
            close_sitting(session, sitting, ACTOR)
        return publish_list(session, sitting, mode=EffectMode.NOTICE)


def pages_of(content):
    document = pypdfium2.PdfDocument(BytesIO(content))
    texts = [page.get_textpage().get_text_bounded() for page in document]
    sizes = {page.get_size() for page in document}
    document.close()
    return texts, sizes


def test_the_same_list_gives_the_same_bytes():
    assert draw_list(FACE) == draw_list(FACE)
    assert draw_list(FACE) != draw_list(replace(FACE, log_number=8))


def test_the_paper_is_a4_and_says_what_the_page_says():
    (text,), sizes = pages_of(draw_list(FACE))
    assert {(round(width), round(height)) for width, height in sizes} == {(595, 842)}
    for part in (
        "春季考试合格人员名单",
        "示范市司法局",
        "2026年3月3日至2026年3月9日",
        "第十九条",
        "王𬀩",
        "2601100100013",
        "依法不公开姓名",
        "2026年3月5日经第 1 次更正撤下",
        "ab" * 32,
        "公开日志第 7 条",
        "第 1 页",
        "共 1 页",
        "演示样稿 / SAMPLE",
    ):
        assert part in text, part


def test_a_version_that_was_superseded_says_so_on_its_paper():
    (text,), _sizes = pages_of(draw_list(replace(FACE, is_superseded=True)))
    assert "本版已被更正" in text


def test_a_date_that_rests_on_a_missing_year_is_marked_on_paper():
    (text,), _sizes = pages_of(draw_list(replace(FACE, is_provisional=True)))
    assert "".join(text.split()).count("按周一至周五推算") == 2


def test_a_real_list_is_not_called_a_sample():
    (text,), _sizes = pages_of(draw_list(replace(FACE, is_sample=False)))
    assert "SAMPLE" not in text


def test_a_long_list_runs_over_pages_and_loses_nobody():
    people = [ListedPerson(serial, f"人{serial}号", "海东区", f"{serial:013d}") for serial in range(1, 501)]
    texts, _sizes = pages_of(draw_list(replace(FACE, people=people)))
    assert len(texts) > 10
    whole = "".join(texts)
    assert all(f"人{serial}号" in whole for serial in range(1, 501))
    for number, text in enumerate(texts, start=1):
        assert f"第 {number} 页" in text
        assert f"共 {len(texts)} 页" in text
        assert "ab" * 32 in text
        assert "准考证号" in text


def test_a_very_long_title_and_reason_leave_room_for_the_lines():
    face = replace(FACE, title="很长的标题" * 20, reason="很长的原因，" * 80, version=2)
    texts, _sizes = pages_of(draw_list(face))
    assert "王𬀩" in "".join(texts)


def test_once_the_names_are_off_the_paper_counts_by_unit():
    face = replace(FACE, people=(), are_names_off=True)
    (text,), _sizes = pages_of(draw_list(face))
    assert "王𬀩" not in text
    assert "市公安局" in text
    assert "不能再复算校验值" in text


def test_the_files_of_a_list_say_the_same(browser, made):
    sealed = browser.fetch(f"/pass-lists/{made.id}/list.json").data
    assert hashlib.sha256(sealed).hexdigest() == made.digest
    sheet = read_sheet("t.xlsx", browser.fetch(f"/pass-lists/{made.id}/list.xlsx").data)
    assert [row.cells[:4] for row in sheet.rows] == [("1", "甲", "海东区", "26010"), ("2", "乙", "海东区", "26011")]
    (text,), _sizes = pages_of(browser.fetch(f"/pass-lists/{made.id}/list.pdf").data)
    assert all(part in text for part in ("甲", "26011", made.digest))


def do_files_job(pass_list_id):
    with reading() as session:
        query = select(Job).where(Job.kind == FILES_JOB).order_by(Job.id)
        job = next(one for one in session.scalars(query) if one.arguments["pass_list"] == str(pass_list_id))
    draw_list_files(Run(job.id, job.arguments, threading.Event()))


def logged_digests(pass_list_id):
    with reading() as session:
        query = select(LogEntry.digest).where(LogEntry.subject_id == pass_list_id, LogEntry.kind == FILE_LOG_KIND)
        return list(session.scalars(query.order_by(LogEntry.index)))


def fetched(browser, pass_list_id):
    return [browser.fetch(f"/pass-lists/{pass_list_id}/list.{layout}").data for layout in ListLayout]


def test_publishing_lets_each_file_be_drawn_and_logged_as_it_is_handed_out(browser, made):
    before = fetched(browser, made.id)
    do_files_job(made.id)
    assert logged_digests(made.id) == [hashlib.sha256(one).hexdigest() for one in before]
    assert fetched(browser, made.id) == before


def test_files_are_logged_once_however_often_their_job_runs(made):
    do_files_job(made.id)
    do_files_job(made.id)
    assert len(logged_digests(made.id)) == len(ListLayout)


def test_what_is_handed_out_is_what_was_stored(browser, made):
    do_files_job(made.id)
    with transaction() as session:
        session.execute(update(PassListFile).values(content=b"as stored"))
    assert fetched(browser, made.id) == [b"as stored", b"as stored"]


def test_a_list_that_no_longer_counts_says_so_and_gets_no_further_file(browser, made):
    first = fetched(browser, made.id)
    do_files_job(made.id)
    with transaction() as session:
        candidate = session.scalars(select(Candidate)).first()
        later = Result(
            candidate_id=candidate.id,
            sitting_id=made.sitting_id,
            organisation_id=candidate.organisation_id,
            number=2,
            outcome=Outcome.FAILED,
            score=10,
            settled_at=clock.now(),
        )
        session.add(later)
        session.flush()
        sitting = session.get_one(Sitting, made.sitting_id)
        newer = publish_list(session, sitting, mode=EffectMode.NOTICE, reason="成绩更正")
    assert fetched(browser, made.id) != first
    do_files_job(newer.id)
    assert len(logged_digests(newer.id)) == len(logged_digests(made.id)) == len(ListLayout)
    assert "已被" in pages_of(fetched(browser, made.id)[0])[0][0]


def test_a_year_after_the_period_no_page_and_no_file_has_a_name(browser, made):
    do_files_job(made.id)
    with clock.at(AFTER_A_YEAR):
        page = browser.open(f"/pass-lists/{made.id}")
        assert "不能再由公众复算" in browser.text()
        assert page.select_one("[data-figure=passed]").get_text(strip=True) == "2"
        shown = [page.get_text()]
        shown.append(browser.fetch(f"/pass-lists/{made.id}/list.json").get_data(as_text=True))
        sheet = read_sheet("t.xlsx", browser.fetch(f"/pass-lists/{made.id}/list.xlsx").data)
        shown += [" ".join(row.cells) for row in sheet.rows]
        shown += pages_of(browser.fetch(f"/pass-lists/{made.id}/list.pdf").data)[0]
    assert not any(part in text for text in shown for part in ("甲", "乙", "26010", "26011"))
    assert json.loads(shown[1])["units"] == [{"unit": "海东区", "count": 2}]


def test_the_feed_holds_every_publication_the_newest_first(browser, made):
    with transaction() as session:
        row = pass_list(session, made.id)
        other = make_sitting(session, title="夏季考试")
        officer = make_officer(session, make_city(session).county)
        make_attempt(session, make_candidate(session, other, officer), 90)
        with clock.at(NOW + timedelta(days=1)):
            close_sitting(session, other, ACTOR)
            newer = publish_list(session, session.get_one(Sitting, other.id))
    feed = ElementTree.fromstring(browser.fetch("/pass-lists/feed.atom").data)  # noqa: S314 - our own answer
    entries = feed.findall(f"{ATOM}entry")
    assert [one.findtext(f"{ATOM}id") for one in entries] == [newer.id.urn, row.id.urn]
    assert entries[0].findtext(f"{ATOM}title") == "夏季考试合格人员名单"
    assert feed.findtext(f"{ATOM}updated") == entries[0].findtext(f"{ATOM}updated") == "2026-03-03T01:00:00Z"
    assert entries[0].find(f"{ATOM}link").get("href").endswith(f"/pass-lists/{newer.id}")
    with reading() as session:
        assert pass_list(session, newer.id).version == 1


def test_a_feed_of_nothing_is_still_a_feed(browser, database):
    feed = ElementTree.fromstring(browser.fetch("/pass-lists/feed.atom").data)  # noqa: S314 - our own answer
    assert feed.findall(f"{ATOM}entry") == []
