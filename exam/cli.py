"""Commands of the exam: hand in what is over, and compute again what was drawn, marked and signed.

Those that check print what they found and exit with 1 where anything does not agree.
"""

import sys
from pathlib import Path
from uuid import UUID

import click
from rich.console import Console
from rich.table import Table
from sqlalchemy.orm import Session

from core import clock
from core.db import reading, transaction
from core.errors import InvalidError
from core.texts import lazy_gettext as _
from exam.blueprints import DEFAULT_CELLS
from exam.draws import bank_of, cells_in, cells_text, rows_in
from exam.models.planning import Sitting
from exam.operations.handing_in import finish_overdue
from exam.papers import draw, paper_seed
from exam.queries.draws import check_draw
from exam.queries.planning import sitting_named, sittings
from exam.queries.receipts import checked
from exam.queries.replay import Replay, replay
from exam.receipts import Verdict, receipt_in
from exam.replay import PART_NAMES
from exam.states import SittingState

MOST_NAMED = 100
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
console = Console(highlight=False)


@click.group()
def exam() -> None:
    """Sittings and attempts."""


@exam.command("finish-overdue")
def finish() -> None:
    """Hand in every attempt whose time is over, as it stands."""
    with transaction() as session:
        count = finish_overdue(session, clock.now())
    click.echo(_("已按截止时间交卷 %(count)s 份。", count=count))


@exam.command("replay")
@click.argument("sitting", required=False)
@click.option("--all", "is_all", is_flag=True, help="Every sitting that was opened.")
def replay_command(sitting: str | None, is_all: bool) -> None:
    """Compute every mark, result and receipt of a sitting (title or id) again; exit 1 on any difference."""
    with reading() as session:
        found = [(one, replay(session, one)) for one in _wanted(session, sitting, is_all=is_all)]
    _print_replays(found)
    sys.exit(1 if any(done.differences for _sitting, done in found) else 0)


@exam.command("verify-draw")
@click.argument("sitting")
def verify_draw(sitting: str) -> None:
    """Draw every paper of a sitting again from its seed and frozen bank; exit 1 where one differs."""
    with reading() as session:
        done = check_draw(session, sitting_named(session, sitting))
    if not done.is_committed:
        console.print(str(_("随机数与开考前公布的校验值不符。")), style="red")
    for name in done.different[:MOST_NAMED]:
        console.print(str(_("试卷与随机数不符：%(name)s", name=name)), style="red")
    counts = {"papers": done.papers, "different": len(done.different)}
    console.print(str(_("已核对试卷 %(papers)s 份，不符 %(different)s 份。", **counts)))
    sys.exit(0 if done.agrees else 1)


@exam.command("check-paper")
@click.option("--seed", required=True, help="The sitting's seed, as published after it closed.")
@click.option("--bank", type=FILE, required=True, help="The bank file of the public draw page.")
@click.option("--candidate", type=click.UUID, required=True, help="The candidate's number for checking.")
@click.option("--cells", default=cells_text(DEFAULT_CELLS), show_default=True, help="kind:subject:items:marks,…")
@click.option("--number", default=1, show_default=True, help="Which paper of a mock exam.")
def check_paper(seed: str, bank: Path, candidate: UUID, cells: str, number: int) -> None:
    """Print the item versions of a paper, drawn from the seed and the bank alone; needs no database."""
    rows = rows_in(bank.read_text(encoding="utf-8"))
    for entry in draw(cells_in(cells), bank_of(rows), paper_seed(seed, candidate, number)):
        click.echo(f"{entry.version_id} {entry.order} {entry.marks}")


@exam.command("verify-receipt")
@click.argument("file", type=FILE)
def verify_receipt(file: Path) -> None:
    """Say whether a receipt is ours and the log still gives its digest; exit 1 where not."""
    receipt = receipt_in(file.read_text(encoding="utf-8-sig", errors="replace"))
    with reading() as session:
        found = checked(session, receipt)
    words = {
        Verdict.HOLDS: _("回执真实，作答记录与回执一致。"),
        Verdict.LOG_DIFFERS: _("回执真实，但现存作答记录与回执不一致。"),
        Verdict.NOT_OURS: _("不是本平台签发的回执，或内容被改动过。"),
        Verdict.UNKNOWN: _("签名真实，但查不到对应的答卷。"),
    }
    console.print(f"{found.code}  {words[found.verdict]}")
    sys.exit(0 if found.verdict is Verdict.HOLDS else 1)


def _wanted(session: Session, name: str | None, *, is_all: bool) -> list[Sitting]:
    if is_all == (name is not None):
        raise InvalidError(_("请写明一场考试的名称或编号，或用 --all 核对全部考试。"))
    if name is not None:
        return [sitting_named(session, name)]
    return [one for one in sittings(session) if one.state != SittingState.DRAFT]


def _print_replays(found: list[tuple[Sitting, Replay]]) -> None:
    heads = (_("考试"), _("答卷"), _("成绩"), _("结果"), _("回执"), _("不符"))
    table = Table(*map(str, heads))
    for sitting, done in found:
        counts = (done.attempts, done.marks, done.results, done.receipts, len(done.differences))
        table.add_row(sitting.title, *map(str, counts))
    console.print(table)
    for _sitting, done in found:
        for one in done.differences[:MOST_NAMED]:
            text = _(
                "%(person)s：%(part)s（第 %(number)s 次）存档 %(stored)s，重新计算 %(computed)s",
                person=one.candidate_no,
                part=PART_NAMES[one.part],
                number=one.number,
                stored=one.stored,
                computed=one.computed,
            )
            console.print(str(text), style="red")
    if not any(done.differences for _sitting, done in found):
        console.print(str(_("全部一致。")))
