"""Commands of credentials."""

import json
import sys
from datetime import datetime
from pathlib import Path

import click

from certificates.life import Authority as AuthorityOnDay
from certificates.queries.on_day import OnDay, Part, on_day
from certificates.states import STATUS_NAMES
from core import clock
from core.db import one_moment
from core.fonts import prepare_fonts
from core.log_files import proof_file
from core.signing import public_key
from core.texts import lazy_gettext as _
from people.scope import CITY

ANSWERS = {
    AuthorityOnDay.YES: _("%(day)s 当日有执法资格。"),
    AuthorityOnDay.PART: _("%(day)s 当日部分时间有执法资格。"),
    AuthorityOnDay.NO: _("%(day)s 当日没有执法资格。"),
}
EXIT_CODES = {AuthorityOnDay.YES: 0, AuthorityOnDay.NO: 1, AuthorityOnDay.PART: 1}
CANNOT_TELL = 3


@click.group()
def certificates() -> None:
    """Credentials and their documents."""


@certificates.command("prepare-fonts")
def fonts() -> None:
    """Make the typefaces ready that documents are drawn with; once per installation."""
    prepare_fonts()
    click.echo(_("字体已备好。"))


@certificates.command("on-day")
@click.argument("number")
@click.argument("day", type=click.DateTime(["%Y-%m-%d"]))
@click.option("--keep", type=click.Path(file_okay=False, path_type=Path), help="folder to write the proof into")
def authorised_on(number: str, day: datetime, keep: Path | None) -> None:
    """Say whether the holder of NUMBER was authorised on DAY, and what entries of the public log it rests on.

    Exit code 0: authorised the whole day; 1: not, or only a part of it; 3: it cannot be told.
    """
    with one_moment() as session:
        found = on_day(session, number, day.date(), CITY)
    for line in _lines(found):
        click.echo(line)
    if keep is not None:
        _keep(found, keep)
    sys.exit(CANNOT_TELL if _is_unsure(found) else EXIT_CODES[found.authority])


def _is_unsure(found: OnDay) -> bool:
    return found.is_before or not found.is_proved


def _lines(found: OnDay) -> list[str]:
    one = found.credential
    lines = [f"{one.cert_no}  {one.holder_name}  {one.unit_name}"]
    if found.is_before:
        day = found.registered_on.isoformat()
        lines.append(str(_("不能判断：本平台自 %(day)s 起登记该证件，此前情况请查原发证机关档案。", day=day)))
    elif not found.is_proved:
        lines.append(str(_("不能判断：登记内容与公开日志不一致，或当时没有列入公开日志。")))
    else:
        lines.append(str(ANSWERS[found.authority]) % {"day": found.day.isoformat()})
    return lines + [_line(part) for part in found.parts]


def _line(part: Part) -> str:
    since = part.span.from_at.astimezone(clock.CITY_ZONE).strftime("%H:%M:%S")
    said = f"  {since}  {STATUS_NAMES[part.span.status]}"
    evidence = part.evidence
    if evidence is None or evidence.entry is None:
        return said
    number = str(_("公开日志第 %(number)s 条", number=evidence.entry.number))
    return f"{said}  {number}  {evidence.statement.digest}"


def _keep(found: OnDay, folder: Path) -> None:
    """Write each statement as it was logged, and the proof that it is in the log: for ``chizheng log verify``."""
    folder.mkdir(parents=True, exist_ok=True)
    for part in found.parts:
        if part.evidence is None or part.evidence.proof is None:
            continue
        name = f"{found.credential.cert_no}-{part.evidence.act.number}"
        (folder / f"{name}.json").write_bytes(part.evidence.statement.canonical)
        proof = json.dumps(proof_file(part.evidence.proof, public_key()), indent=1)
        (folder / f"{name}-proof.json").write_text(proof, encoding="utf-8")
