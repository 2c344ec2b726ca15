"""Bring the demo city about: the published figures of 2017, through the operations that serve any city.

Officers are made up, their answers are drawn from a seed and marked by the rule that marks everybody.
Dates are counted back from today, so that credentials are valid and a make-up sitting is open. Nothing
here writes a figure.
"""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from app.demo import circular_step, clean_up_step, duty_step, exam_step, people_step, signing_step
from app.demo.roll import demo_roll
from app.demo.stage import Stage
from app.demo.units import demo_units
from core import clock
from core.texts import Text, lazy_gettext as _

RANDOM_SEED = 20171030


@dataclass(frozen=True)
class Step:
    """One step with what to call it and how far it moves the bar."""

    words: Text
    weight: int
    run: Callable[[Stage], None]


def load_demo(public_url: str, console: Console) -> None:
    """Load the whole city, with a bar that moves."""
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"))
    with Progress(*columns, TimeElapsedColumn(), console=console) as progress:
        units, today, random = demo_units(), clock.today(), Random(RANDOM_SEED)
        roll = demo_roll(units, today, random)
        bar = progress.add_task("", total=None)
        stage = Stage(units, roll, today, random, lambda count: progress.advance(bar, count))
        planned = steps(public_url)
        progress.update(bar, total=sum(step.weight for step in planned))
        for step in planned:
            progress.update(bar, description=str(step.words))
            step.run(stage)
        progress.update(bar, description=str(_("演示城市已就绪")))


def steps(public_url: str) -> list[Step]:
    """Return the steps in their order."""
    return [
        Step(_("单位与账号"), 46, people_step.found_city),
        Step(_("证书机构"), 1, signing_step.found),
        Step(_("人员名册"), 9509, people_step.enter_roll),
        Step(_("承接旧证"), 6307, clean_up_step.take_over),
        Step(_("题库"), 500, exam_step.fill_bank),
        Step(_("培训学时"), 6000, exam_step.train),
        Step(_("考试报名"), 3202, exam_step.open_sitting),
        Step(_("考试与阅卷"), 29340, exam_step.sit),
        Step(_("成绩与名单"), 1000, exam_step.settle),
        Step(_("通报"), 500, circular_step.report),
        Step(_("未完成原因"), 250, duty_step.answer_for_absentees),
        Step(_("补考"), 1000, exam_step.open_make_up),
        Step(_("模拟考试"), 10, exam_step.open_mock),
        Step(_("核发证件"), 2101, lambda stage: clean_up_step.issue(stage, public_url)),
        Step(_("资格清理"), 1000, clean_up_step.clean),
        Step(_("督办"), 3, duty_step.supervise),
        Step(_("考生账号"), 1, _open_candidate),
    ]


def _open_candidate(stage: Stage) -> None:
    people_step.open_candidate_account(stage, exam_step.failed_document(stage))
