import hashlib
import re
from datetime import UTC, datetime, timedelta

import pypdfium2
import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import IntegrityError

from core import clock
from core.db import reading, transaction
from core.errors import ForbiddenError, RefusedError
from core.models import AuditEntry, LogEntry
from exam.circular_states import CircularLayout, CircularState
from exam.cut_offs import Cut
from exam.models.circulars import CircularFile
from exam.operations import circulars as operations
from exam.operations.snapshots import take_snapshot
from exam.queries import circulars as queries
from exam.queries.snapshots import figures_in
from exam.states import Outcome, SittingState
from people.models import Account, Officer
from people.permissions import Role
from people.posts import DocumentKind
from tests.factories import ACTOR, make_candidate, make_city, make_officer, make_sitting
from tests.forms_browser import FormsBrowser
from tests.reported import Ends, make_reported, result_of

NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)
ENDS = {"C01": Ends(40, 20, 3), "C02": Ends(30), "M01": Ends(20, 10), "M02": Ends(0, 0, 2)}


@pytest.fixture(autouse=True)
def spring():
    with clock.at(NOW):
        yield


@pytest.fixture
def drafted(database):
    """A reported sitting with a snapshot and a draft that bears its number."""
    with transaction() as session:
        made = make_reported(session, ENDS)
        make_officer(session, make_city(session).county)
        snapshot = take_snapshot(session, made.sitting, Cut.FIRST, made.writer)
        circular = operations.draft_circular(session, snapshot, made.writer)
        circular.document_no = "×法治办〔2026〕8号"
        return made, circular.id


def codes(caught):
    return [reason.code for reason in caught.value.reasons]


def browser_of(app, actor):
    browser = FormsBrowser(app)
    with reading() as session:
        account = session.get_one(Account, actor.account_id)
    browser.sign_in(account)
    return browser


def issue(circular_id, made):
    """Approve and issue through the real verbs; return the row."""
    with transaction() as session:
        row = queries.circular(session, circular_id)
        operations.approve_circular(session, row, row.revision, made.second)
        letter, figures = queries.final_letter_of(session, row), figures_in(row.snapshot)
    drawn = operations.draw_circular(letter, figures, row.revision)
    with transaction() as session:
        operations.issue_circular(session, queries.circular(session, circular_id), drawn, made.writer)
    return row


def test_a_circular_goes_from_the_snapshot_to_the_public_page(app, drafted):
    made, circular_id = drafted
    writer, second = browser_of(app, made.writer), browser_of(app, made.second)
    writer.open(f"/circular-drafts/{circular_id}/edit")
    writer.submit({"problems": "个别单位报送不及时。", "signer": "张三"})
    assert "个别单位报送不及时。" in writer.text()
    assert "须由另一名管理员批准" in writer.text()
    public = FormsBrowser(app)
    public.open(f"/circulars/{circular_id}", status=404)
    second.open(f"/circular-drafts/{circular_id}")
    second.submit(action="/approve")
    second.submit(action="/issue")
    public.open("/circulars/")
    assert "×法治办〔2026〕8号" in public.text()
    public.open(public.link("关于2026年度春季考试情况的通报"))
    shown = public.text()
    for sentence in (
        "应参加125人，参加考试120人，参考率96.0%",
        "合格90人，未合格30人，合格率75.0%",
        "个别单位报送不及时。",
    ):
        assert sentence in re.sub(r"\s", "", shown)
    with reading() as session:
        digests = set(session.scalars(select(CircularFile.digest)))
    for layout in CircularLayout:
        content = public.fetch(f"/circulars/{circular_id}/circular.{layout}").get_data()
        assert hashlib.sha256(content).hexdigest() in digests
        assert hashlib.sha256(content).hexdigest() in shown
    sealed = public.fetch(f"/circulars/{circular_id}/snapshot.json").get_data()
    assert hashlib.sha256(sealed).hexdigest() in shown


def test_issuing_stores_the_bytes_and_logs_each_digest_in_the_same_transaction(drafted):
    made, circular_id = drafted
    issue(circular_id, made)
    with reading() as session:
        files = queries.files_of(session, circular_id)
        logged = session.scalars(select(LogEntry).where(LogEntry.subject_id == circular_id)).all()
        assert [one.layout for one in files] == ["pdf", "docx", "xlsx"]
        assert {one.digest for one in logged} == {one.digest for one in files}
        assert {one.kind for one in logged} == {"circular"}
        for one in files:
            stored = queries.file_of(session, circular_id, CircularLayout(one.layout))
            assert hashlib.sha256(stored.content).hexdigest() == one.digest
        entry = session.scalars(select(AuditEntry).where(AuditEntry.verb == "exam:circular:issue")).one()
        assert entry.detail["pdf"] == files[0].digest


def test_both_files_are_byte_equal_when_made_again_from_what_is_stored(drafted):
    made, circular_id = drafted
    issue(circular_id, made)
    with reading() as session:
        row = queries.circular(session, circular_id)
        again = operations.draw_circular(queries.letter_of(session, row), figures_in(row.snapshot), row.revision)
        for layout, content in again.files.items():
            assert content == queries.file_of(session, circular_id, layout).content


def test_a_figure_that_is_typed_is_refused_and_what_was_typed_is_kept(app, drafted):
    made, circular_id = drafted
    writer = browser_of(app, made.writer)
    writer.open(f"/circular-drafts/{circular_id}/edit")
    writer.submit({"basics": "本次共有150人参加考试，合格率为80%。"})
    assert "与快照不符" in writer.text()
    assert writer.page.find("textarea", id="basics").get_text().strip() == "本次共有150人参加考试，合格率为80%。"
    with reading() as session:
        assert queries.circular(session, circular_id).texts["basics"] == ""
    writer.submit({"basics": "本次共有{参加考试人数}人参加考试，每3名人员一组。"})
    assert "“3名”是手工填写的数字" in writer.text()
    writer.submit({"kept_numbers": "3名"})
    assert "本次共有120人参加考试，每3名人员一组。" in re.sub(r"\s", "", writer.text())
    assert "手工保留的数字" in writer.text()


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("title", "", "请填写标题"),
        ("dated_on", "", "请填写成文日期"),
        ("good_pass", "101", "0 到 100 之间"),
        ("good_pass", "90.05", "最多一位小数"),
        ("good_pass", "NaN", "0 到 100 之间"),
        ("poor_not_completed", "若干", "请填写人数"),
        ("good_pass", "九十", "0 到 100 之间"),
        ("opening", "截至目前，{优秀人数}人", "不是可用的数字占位"),
        ("snapshot", "0", "统计快照"),
    ],
)
def test_bad_input_says_what_to_do_and_changes_nothing(app, drafted, field, value, said):
    made, circular_id = drafted
    writer = browser_of(app, made.writer)
    writer.open(f"/circular-drafts/{circular_id}/edit")
    writer.submit({field: value})
    assert writer.page.select(".error-summary li")
    assert said in writer.text()
    with reading() as session:
        assert queries.circular(session, circular_id).revision == 1


def test_a_text_that_was_edited_meanwhile_is_neither_overwritten_nor_approved(app, drafted):
    made, circular_id = drafted
    writer, second = browser_of(app, made.writer), browser_of(app, made.second)
    second.open(f"/circular-drafts/{circular_id}")
    late = browser_of(app, made.writer)
    late.open(f"/circular-drafts/{circular_id}/edit")
    writer.open(f"/circular-drafts/{circular_id}/edit")
    writer.submit({"closing": "特此通报，请认真执行。"})
    late.submit({"closing": "另一种写法。"})
    assert "又被修改过" in late.text()
    second.submit(action="/approve", status=409)
    assert "又被修改过" in second.text()


def test_nobody_approves_their_own_text(app, drafted):
    made, circular_id = drafted
    with transaction() as session:
        row = queries.circular(session, circular_id)
        with pytest.raises(RefusedError) as caught:
            operations.approve_circular(session, row, row.revision, made.writer)
        assert codes(caught) == ["own_text"]
        with pytest.raises(ForbiddenError):
            operations.approve_circular(session, row, row.revision, ACTOR)
        operations.approve_circular(session, row, row.revision, made.second)


def test_the_database_too_refuses_an_approval_by_the_writer(drafted):
    with transaction() as session, pytest.raises(IntegrityError):
        session.execute(
            text("update circular set state = 'approved', approved_by = edited_by, approved_at = edited_at")
        )


def test_an_approval_can_be_taken_back_and_a_draft_given_up(drafted):
    made, circular_id = drafted
    with transaction() as session:
        row = queries.circular(session, circular_id)
        operations.approve_circular(session, row, row.revision, made.second)
        with pytest.raises(RefusedError):
            operations.discard_circular(session, row, row.revision, made.writer)
        operations.send_back(session, row, row.revision, made.writer)
        assert (row.state, row.approved_by) == (CircularState.DRAFT, None)
        operations.discard_circular(session, row, row.revision, made.writer)
        with pytest.raises(RefusedError):
            operations.approve_circular(session, row, row.revision, made.second)


def test_what_was_drawn_from_an_older_revision_is_not_issued(drafted):
    made, circular_id = drafted
    with transaction() as session:
        row = queries.circular(session, circular_id)
        operations.approve_circular(session, row, row.revision, made.second)
        drawn = operations.Drawn(row.revision - 1, {CircularLayout.PDF: b"%PDF"})
        with pytest.raises(RefusedError) as caught:
            operations.issue_circular(session, row, drawn, made.writer)
        assert codes(caught) == ["was_edited"]


def test_a_tampered_snapshot_is_neither_approved_nor_issued(drafted):
    made, circular_id = drafted
    with transaction() as session:
        row = queries.circular(session, circular_id)
        operations.approve_circular(session, row, row.revision, made.second)
        letter, figures = queries.final_letter_of(session, row), figures_in(row.snapshot)
    drawn = operations.draw_circular(letter, figures, row.revision)
    with transaction() as session:
        session.execute(
            text("update figures_snapshot set content = replace(content, '\"passed\"\\:40', '\"passed\"\\:41')")
        )
    with transaction() as session, pytest.raises(RefusedError) as caught:
        operations.issue_circular(session, queries.circular(session, circular_id), drawn, made.writer)
    assert codes(caught) == ["is_changed"]


def test_a_correction_is_a_new_version_that_names_the_old_and_the_old_one_says_so(app, drafted):
    made, circular_id = drafted
    issue(circular_id, made)
    with clock.at(NOW + timedelta(days=2)), transaction() as session:
        session.add(result_of(made.candidates["C01"][40], Outcome.PASSED, score=3, number=2))
        session.flush()
        take_snapshot(session, session.merge(made.sitting), Cut.FIRST, made.writer)
    with clock.at(NOW + timedelta(days=3)):
        writer, second = browser_of(app, made.writer), browser_of(app, made.second)
        writer.open(f"/circular-drafts/{circular_id}/correct")
        writer.submit({"reason": ""})
        assert "请写明更正的原因" in writer.text()
        writer.submit({"reason": "一道试题的答案更正后重新计分。"})
        writer.submit({"document_no": "×法治办〔2026〕8号"})
        assert "发文字号已被另一份通报使用" in writer.text()
        writer.submit({"document_no": "×法治办〔2026〕9号"})
        later_id = writer.response.request.path.rsplit("/", 1)[1]
        shown = re.sub(r"\s", "", writer.text())
        assert "更正原因：一道试题的答案更正后重新计分。" in shown
        assert "海东区合格由40人改为41人，未合格由20人改为19人" in shown
        second.open(f"/circular-drafts/{later_id}")
        second.submit(action="/approve")
        second.submit(action="/issue")
    public = FormsBrowser(app)
    public.open(f"/circulars/{circular_id}")
    assert "这份通报已被更正" in public.text()
    assert "合格90人" in re.sub(r"\s", "", public.text())
    public.open(public.link("（更正）"))
    assert "合格91人" in re.sub(r"\s", "", public.text())
    public.open("/circulars/")
    assert "已被更正" in public.text()
    with transaction() as session:
        row = queries.circular(session, circular_id)
        with pytest.raises(RefusedError) as caught:
            operations.correct_circular(session, row, row.snapshot, "再次更正", made.writer)
    assert codes(caught) == ["is_corrected"]


def test_a_reason_may_not_bring_figures_of_its_own(drafted):
    made, circular_id = drafted
    issue(circular_id, made)
    with transaction() as session:
        row = queries.circular(session, circular_id)
        with pytest.raises(RefusedError) as caught:
            operations.correct_circular(session, row, row.snapshot, "合格人数应为95人", made.writer)
    assert codes(caught) == ["contradicts"]


def test_only_the_office_sees_drafts(app, drafted, signed_in):
    _made, circular_id = drafted
    for role in (Role.UNIT_ADMINISTRATOR, Role.CANDIDATE, Role.HR, Role.INVIGILATOR):
        signed_in(role).open(f"/circular-drafts/{circular_id}", status=403)
    for layout in CircularLayout:
        FormsBrowser(app).fetch(f"/circulars/{circular_id}/circular.{layout}", status=404)


def test_a_preview_bears_the_mark_of_what_it_is(app, drafted):
    made, circular_id = drafted
    writer = browser_of(app, made.writer)
    assert writer.fetch(f"/circular-drafts/{circular_id}/preview.pdf").get_data().startswith(b"%PDF")
    assert writer.fetch(f"/circular-drafts/{circular_id}/preview.docx").get_data().startswith(b"PK")
    writer.fetch(f"/circular-drafts/{circular_id}/preview.exe", status=404)
    writer.open(f"/circular-drafts/{circular_id}")
    assert "演示样稿 SAMPLE" in writer.text()


def test_until_it_is_issued_a_circular_bears_a_mark_and_in_force_it_bears_none(drafted):
    made, circular_id = drafted
    with transaction() as session:
        session.execute(update(Officer).values(document_kind=DocumentKind.RESIDENT_ID))
        row = queries.circular(session, circular_id)
        assert queries.letter_of(session, row).mark == "送审稿"
    issue(circular_id, made)
    with reading() as session:
        row = queries.circular(session, circular_id)
        assert queries.letter_of(session, row).mark == ""
        stored = queries.file_of(session, circular_id, CircularLayout.PDF).content
    text_in = "".join(page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(stored))
    assert "送审稿" not in text_in
    assert "演示样稿" not in text_in


def test_a_snapshot_of_another_sitting_cannot_be_chosen(app, drafted):
    made, circular_id = drafted
    with transaction() as session:
        sitting = make_sitting(session, title="秋季考试", state=SittingState.CLOSED, closed_at=clock.now())
        candidate = make_candidate(session, sitting, make_officer(session, make_city(session).county))
        session.add(result_of(candidate, Outcome.PASSED, score=5))
        session.flush()
        other = take_snapshot(session, sitting, Cut.FIRST, made.second)
    writer = browser_of(app, made.writer)
    writer.open(f"/circular-drafts/{circular_id}/edit")
    writer.submit({"snapshot": str(other.id)})
    assert writer.page.select(".error-summary li")
    with reading() as session:
        assert queries.circular(session, circular_id).snapshot_id != other.id
