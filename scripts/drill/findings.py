"""What a drill found: what was acknowledged, what of it is not there, and every other promise that broke."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import func, select

from core import db
from exam.marking import latest_choices
from exam.models.results import Mark
from exam.models.room import Attempt, Response
from exam.queries.room import log_of, receipt_of
from exam.receipts import facts_of, log_digest
from exam.states import AttemptState, FinishKind
from scripts.drill.client import Page
from scripts.drill.room import connected

HEADINGS = ("drill", "database", "faults", "acknowledged", "lost", "breaches", "slowest recovery")


@dataclass
class Findings:
    """The figures of one drill; a breach is a sentence on one promise that was not kept."""

    drill: str
    database: str
    faults: int = 0
    acknowledged: int = 0
    lost: int = 0
    breaches: list[str] = field(default_factory=list)
    recoveries: list[float] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        """Say whether every promise was kept."""
        return not self.lost and not self.breaches

    @property
    def slowest(self) -> float:
        """Return the longest wait for the first acknowledgement after a fault, in seconds."""
        return max(self.recoveries, default=0.0)

    def row(self) -> tuple[str, ...]:
        """Return the figures as a line of the table."""
        slowest = f"{self.slowest:.1f} s" if self.recoveries else "–"
        counts = (self.faults, self.acknowledged, self.lost, len(self.breaches))
        return (self.drill, self.database, *(f"{count:,}" for count in counts), slowest)

    def recovered(self, seconds: float | None) -> None:
        """Note how long the first acknowledgement took after a fault; none at all is a breach."""
        if seconds is None:
            self.breaches.append("nothing was acknowledged any more after a fault")
        else:
            self.recoveries.append(seconds)

    def compare(self, url: str, pages: Sequence[Page]) -> None:
        """Hold what the pages were told against what is stored."""
        with connected(url), db.reading() as session:
            for page in pages:
                query = select(Response).where(Response.attempt_id == page.seat.attempt_id)
                stored = {row.seq: (row.place, row.choice) for row in session.scalars(query)}
                self._compare_page(page, stored)

    def expect_all_taken(self, pages: Sequence[Page]) -> None:
        """Hold that nobody who still has time is left with answers that were not taken."""
        for page in pages:
            if page.pending:
                self.breaches.append(f"{len(page.pending)} answers were never taken")

    def _compare_page(self, page: Page, stored: dict[int, tuple[int, str]]) -> None:
        written = {answer.seq: (answer.place, answer.choice) for answer in page.journal}
        self.acknowledged += len(page.acknowledged)
        self.lost += sum(1 for seq in page.acknowledged if stored.get(seq) != written[seq])
        strange = [seq for seq, given in stored.items() if written.get(seq) != given]
        if strange:
            self.breaches.append(f"{len(strange)} stored answers were never written")
        if page.refusals["seq_taken"]:
            self.breaches.append(f"a resent answer was refused {page.refusals['seq_taken']} times")


def breaches_of_closing(url: str, attempt_ids: Iterable[UUID]) -> list[str]:
    """Return what is wrong with attempts that were handed in: mark, receipt and log must say the same."""
    with connected(url), db.reading() as session:
        found = []
        for attempt_id in attempt_ids:
            attempt, log = session.get_one(Attempt, attempt_id), log_of(session, attempt_id)
            receipt = receipt_of(session, attempt_id)
            if attempt.state != AttemptState.HANDED_IN or receipt is None:
                found.append("an attempt was not handed in")
                continue
            marks = session.scalars(select(Mark).where(Mark.attempt_id == attempt_id)).all()
            if len(marks) != 1 or marks[0].answered_count != len(latest_choices(log)):
                found.append("an attempt was not marked once, with all of its log")
            if facts_of(receipt.body).log_digest != log_digest(log):
                found.append("an answer entered the log after the hand-in")
            if attempt.finish_kind == FinishKind.DEADLINE and attempt.finished_at != attempt.deadline_at:
                found.append("an attempt was finished at another instant than its deadline")
        return found


def count_running(url: str, attempt_ids: Sequence[UUID]) -> int:
    """Return how many of these attempts are not handed in."""
    with connected(url), db.reading() as session:
        query = select(func.count()).where(Attempt.id.in_(attempt_ids), Attempt.state != AttemptState.HANDED_IN)
        return session.scalar(query) or 0


def as_table(found: Sequence[Findings]) -> str:
    """Return the findings as a Markdown table."""
    rows = [HEADINGS, tuple("---" for _heading in HEADINGS), *(one.row() for one in found)]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)
