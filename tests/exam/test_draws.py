import csv
import hashlib
import json
import math
from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib.resources import files
from pathlib import Path
from uuid import UUID, uuid5

import pytest
from click.testing import CliRunner
from hypothesis import given, strategies as st
from sqlalchemy import select, update

from core import clock
from core.db import transaction
from core.errors import InvalidError
from exam import papers
from exam.blueprints import DEFAULT_CELLS, Cell
from exam.cli import exam
from exam.draws import bank_digest, bank_of, bank_rows, bank_text, cells_in, cells_text, commitment_of, rows_in
from exam.models.planning import Sitting
from exam.models.room import Paper
from exam.operations.closing import close_sitting
from exam.operations.papers import draw_missing_papers, frozen_bank
from exam.papers import draw, paper_seed
from exam.queries.draws import check_draw
from exam.states import SittingState
from questions.bank import BankItem
from questions.kinds import KIND_WORDS, ItemKind, Subject
from tests.factories import ACTOR, SEED, make_candidate, make_city, make_officer, make_sitting

NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)
PAPERS = 10_000
SPACE = UUID(int=7)
SIGMAS = 5
cells = st.builds(
    Cell, st.sampled_from(ItemKind), st.none() | st.sampled_from(Subject), st.integers(1, 99), st.integers(1, 9)
)
items = st.builds(BankItem, st.uuids(), st.sampled_from(ItemKind), st.sampled_from(Subject), st.integers(2, 6))


@cache
def sample_bank():
    """The items that come with the project, each under a version id made from its code."""
    folder, bank = files("questions") / "sample_items", []
    for sheet in sorted(folder.iterdir(), key=lambda one: one.name):
        for row in csv.DictReader(sheet.read_text(encoding="utf-8-sig").splitlines()):
            kind = KIND_WORDS[row["题型"]]
            count = 2 if kind is ItemKind.TRUE_FALSE else sum(1 for letter in "ABCDEF" if row[f"选项{letter}"])
            bank.append(BankItem(uuid5(SPACE, row["题号"]), kind, Subject(row["科目"]), count))
    return bank


@cache
def drawn(count):
    """How often each item, each place of the first multiple-choice option, and so on, over so many papers."""
    exposure, first_options = Counter(), Counter()
    kinds = {item.version_id: item for item in sample_bank()}
    for number in range(count):
        for entry in draw(DEFAULT_CELLS, sample_bank(), paper_seed(SEED, UUID(int=number))):
            exposure[entry.version_id] += 1
            item = kinds[entry.version_id]
            if item.kind is not ItemKind.TRUE_FALSE:
                first_options[item.option_count, entry.order[0]] += 1
    return exposure, first_options


def unevenness(exposure, bank, count):
    """Chi-square of each cell of the default paper against equal shares, in standard deviations over its mean.

    An item is on a paper or not, n of N without replacement, so the statistic is scaled by (N-1)/N over
    the variance p(1-p) and has N-1 degrees of freedom, mean N-1 and variance 2(N-1).
    """
    found = {}
    for cell in DEFAULT_CELLS:
        own = [item.version_id for item in bank if item.kind is cell.kind]
        share = cell.item_count / len(own)
        expected = count * share
        total = sum((exposure[one] - expected) ** 2 for one in own) / (expected * (1 - share))
        freedom = len(own) - 1
        found[cell.kind] = (total * freedom / len(own) - freedom) / math.sqrt(2 * freedom)
    return found


@pytest.mark.slow
def test_over_ten_thousand_papers_every_item_is_drawn_and_nearly_equally_often():
    exposure, _options = drawn(PAPERS)
    assert exposure.keys() == {item.version_id for item in sample_bank()}
    assert all(abs(one) < SIGMAS for one in unevenness(exposure, sample_bank(), PAPERS).values())
    for cell in DEFAULT_CELLS:
        own = [item.version_id for item in sample_bank() if item.kind is cell.kind]
        share = cell.item_count / len(own)
        deviation = math.sqrt(PAPERS * share * (1 - share))
        assert max(abs(exposure[one] - PAPERS * share) for one in own) < SIGMAS * deviation


@pytest.mark.slow
def test_over_ten_thousand_papers_every_option_comes_first_equally_often():
    _exposure, options = drawn(PAPERS)
    by_count = {}
    for (count, letter), times in options.items():
        by_count.setdefault(count, {})[letter] = times
    for count, letters in by_count.items():
        total = sum(letters.values())
        deviation = math.sqrt(total / count * (1 - 1 / count))
        assert len(letters) == count
        assert all(abs(times - total / count) < SIGMAS * deviation for times in letters.values())


def test_a_draw_that_favours_some_items_is_told_from_a_fair_one(monkeypatch):
    """One item in ten gets a lot that is a little lower; a tenth of the papers is enough to see it."""
    count = PAPERS // 10
    number = papers._Lots.number

    def biased(self, purpose, thing):
        lot = number(self, purpose, thing)
        return bytes([lot[0] * 9 // 10]) + lot[1:] if purpose == "item" and thing[-1] % 10 == 0 else lot

    def exposed():
        return Counter(
            entry.version_id
            for one in range(count)
            for entry in draw(DEFAULT_CELLS, sample_bank(), paper_seed(SEED, UUID(int=one)))
        )

    assert max(unevenness(exposed(), sample_bank(), count).values()) < SIGMAS
    monkeypatch.setattr(papers._Lots, "number", biased)
    assert max(unevenness(exposed(), sample_bank(), count).values()) > SIGMAS


@given(st.lists(items, max_size=20))
def test_a_bank_file_comes_back_and_its_digest_is_that_of_the_file(bank):
    rows = bank_rows(bank)
    assert bank_of(rows_in(bank_text(rows))) == bank
    assert bank_digest(rows) == hashlib.sha256(bank_text(rows).encode()).hexdigest()


@given(st.lists(cells, min_size=1, max_size=6))
def test_the_make_up_of_a_paper_comes_back_from_its_line(made):
    assert cells_in(cells_text(made)) == made


@pytest.mark.parametrize("text", ["", "single:*:40", "essay:*:1:1", "single:*:x:1", "single:没有:1:1"])
def test_a_line_that_cannot_be_read_says_how_to_write_it(text):
    with pytest.raises(InvalidError):
        cells_in(text)


@pytest.mark.parametrize("text", ["", "{}x", "[[1]]", "[1]", "null", '[["x","single","宪法",4]]'])
def test_what_is_no_bank_file_is_said_to_be_none(text):
    with pytest.raises(InvalidError):
        rows_in(text)


@pytest.fixture
def place(session):
    with clock.at(NOW):
        sitting, city = make_sitting(session), make_city(session)
        for _copy in range(5):
            make_candidate(session, sitting, make_officer(session, city.county))
        draw_missing_papers(session, sitting, frozen_bank(session, sitting))
    return sitting


def test_every_paper_is_what_the_seed_gives(session, place):
    done = check_draw(session, place)
    assert (done.is_committed, done.papers, done.different, done.agrees) == (True, 5, (), True)


@pytest.mark.parametrize("field", ["entries", "seed"])
def test_a_paper_put_together_by_hand_is_found(session, place, field):
    rows = session.scalars(select(Paper).order_by(Paper.id)).all()
    setattr(rows[0], field, getattr(rows[1], field))
    session.flush()
    done = check_draw(session, place)
    assert (len(done.different), done.agrees) == (1, False)


def test_another_seed_than_the_one_committed_to_is_found(session, place):
    session.execute(update(Sitting).values(commitment=commitment_of("chosen")))
    session.expire_all()
    assert not check_draw(session, place).agrees


def test_the_seed_is_nowhere_before_the_sitting_is_closed(database, browser):
    with transaction() as session, clock.at(NOW):
        sitting, city = make_sitting(session), make_city(session)
        candidate = make_candidate(session, sitting, make_officer(session, city.county))
        draw_missing_papers(session, sitting, frozen_bank(session, sitting))
    path = f"/sittings/{sitting.id}/draw"
    shown = str(browser.open(path))
    bank = browser.fetch(f"/sittings/{sitting.id}/bank.json").get_data(as_text=True)
    assert sitting.commitment in shown
    assert hashlib.sha256(bank.encode()).hexdigest() in shown
    for text in (shown, bank, str(browser.open("/draws")), str(browser.open("/pass-lists/"))):
        assert SEED not in text
        assert paper_seed(SEED, candidate.id) not in text
    assert {len(row) for row in json.loads(bank)} == {4}
    with transaction() as session, clock.at(NOW + timedelta(days=1)):
        close_sitting(session, session.get_one(Sitting, sitting.id), ACTOR)
    assert SEED in str(browser.open(path))


def test_what_is_not_committed_to_yet_has_no_page(database, browser):
    with transaction() as session:
        draft = make_sitting(
            session, state=SittingState.DRAFT, seed=None, commitment=None, bank=None, opened_at=None
        )
    for path in ("draw", "bank.json"):
        assert browser.client.get(f"/sittings/{draft.id}/{path}").status_code == 404
    browser.open("/draws")
    assert "还没有公示" in browser.text()


def test_a_paper_is_drawn_again_without_a_database(database, tmp_path: Path):
    with transaction() as session, clock.at(NOW):
        sitting = make_sitting(session)
        candidate = make_candidate(session, sitting, make_officer(session, make_city(session).county))
        draw_missing_papers(session, sitting, frozen_bank(session, sitting))
        stored = session.scalars(select(Paper.entries)).one()
        (tmp_path / "bank.json").write_text(bank_text(sitting.bank), encoding="utf-8")
        line = "true_false:*:1:1,single:*:2:1,multiple:*:1:2"
    words = ["--seed", SEED, "--bank", str(tmp_path / "bank.json"), "--candidate", str(candidate.id)]
    done = CliRunner().invoke(exam, ["check-paper", *words, "--cells", line])
    assert [row.split() for row in done.output.splitlines()] == [
        [one, order, str(marks)] for one, order, marks in stored
    ]


def test_the_command_says_whether_the_draw_holds(database):
    with transaction() as session, clock.at(NOW):
        sitting = make_sitting(session)
        candidate = make_candidate(session, sitting, make_officer(session, make_city(session).county))
        draw_missing_papers(session, sitting, frozen_bank(session, sitting))
    assert CliRunner().invoke(exam, ["verify-draw", sitting.title]).exit_code == 0
    with transaction() as session:
        session.execute(update(Paper).values(entries=[]))
    wrong = CliRunner().invoke(exam, ["verify-draw", sitting.title])
    assert (wrong.exit_code, candidate.candidate_no in wrong.output) == (1, True)
