"""What one kind of import is: its columns, its checks, its dry run, and all or nothing.

The dry run writes nothing; the import checks everything again before it writes. The pages around it
are in ``core/import_flow.py``.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from core.errors import InvalidError
from core.imports import Column, ParsedRow, Problem, of_read_cells, read_rows
from core.sheets import Sheet, read_sheet
from core.texts import Text, lazy_gettext as _

Check = Callable[[Session, list[ParsedRow], Any], list[Problem]]
Apply = Callable[[Session, list[ParsedRow], Any], Text]


@dataclass(frozen=True)
class ImportKind:
    """One kind of sheet: its columns, and what to do with it for the place it is imported into.

    ``check`` returns problems beyond single cells, also of rows some cells of which could not be read;
    what it says of such a cell is left out. ``apply`` writes and returns the sentence to show. Both get
    the identity of who imports. ``sample`` is the example row of the template.
    """

    name: str
    title: Text
    intro: Text
    columns: Sequence[Column]
    sample: Sequence[str]
    check: Check
    apply: Apply
    done_endpoint: str
    choices: Mapping[int, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class DryRun:
    """What an import would do: the sheet, its rows as far as they can be read, and every problem."""

    sheet: Sheet
    rows: list[ParsedRow]
    problems: list[Problem]

    @property
    def is_clean(self) -> bool:
        """Say whether the sheet can be imported as it stands."""
        return not self.problems

    @property
    def bad_rows(self) -> int:
        """Return how many rows have at least one problem."""
        return len({problem.row for problem in self.problems})


def dry_run(session: Session, kind: ImportKind, filename: str, data: bytes, identity: Any) -> DryRun:
    """Read a file and find every problem in it; writes nothing."""
    return check_sheet(session, kind, read_sheet(filename, data), identity)


def import_sheet(session: Session, kind: ImportKind, filename: str, data: bytes, identity: Any) -> Text:
    """Read a file and import it, or nothing of it."""
    return import_read_sheet(session, kind, read_sheet(filename, data), identity)


def check_sheet(session: Session, kind: ImportKind, sheet: Sheet, identity: Any) -> DryRun:
    """Find every problem in a sheet that has been read; writes nothing."""
    rows, problems = read_rows(sheet, kind.columns)
    problems = [*problems, *of_read_cells(rows, kind.check(session, rows, identity))]
    return DryRun(sheet, rows, sorted(problems, key=lambda problem: problem.row))


def import_read_sheet(session: Session, kind: ImportKind, sheet: Sheet, identity: Any) -> Text:
    """Import a sheet that has been read, or nothing of it.

    Reading can take seconds, so an edge reads before it opens the transaction that writes.
    """
    run = check_sheet(session, kind, sheet, identity)
    if run.is_clean:
        return kind.apply(session, run.rows, identity)
    first = run.problems[0]
    text = _(
        "表格有 %(count)s 处问题，没有导入任何内容。第一处：第 %(row)s 行“%(column)s”，%(message)s",
        count=len(run.problems),
        row=first.row,
        column=first.column,
        message=first.message,
    )
    raise InvalidError(text)
