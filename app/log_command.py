"""The commands ``chizheng log``: check a document and the growth of the log from outside, or audit it within."""

import os
import sys
from pathlib import Path

import click
from rich.console import Console

from app.log_auditing import faults_in_log
from app.log_evidence import Asked, Evidence, NotInLog, Unreachable, evidence_for, extension_for
from core.db import one_moment
from core.log_checks import (
    Finding,
    Outcome,
    check_document,
    check_growth,
    check_key,
    check_signature,
    with_head,
    worst,
)
from core.log_files import kept_file
from core.public_log import SignedHead
from core.queries import log_size
from core.texts import lazy_gettext as _

EXIT_CODES = {Outcome.HOLDS: 0, Outcome.FAILS: 1, Outcome.UNKNOWN: 3}
MARKS = {Outcome.HOLDS: ("✓", "green"), Outcome.FAILS: ("✗", "red"), Outcome.UNKNOWN: ("？", "yellow")}
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
console = Console(highlight=False, soft_wrap=True, markup=False)


@click.group("log")
def log() -> None:
    """The public log: is a document in it, and has it only grown?"""


@log.command("verify")
@click.argument("document", required=False, type=FILE)
@click.option("--proof", type=FILE, help="proof that the document is in the log, saved from the public page")
@click.option("--head", type=FILE, help="signed head, saved from the public page")
@click.option("--extension", type=FILE, help="proof that one head extends another, saved from the public page")
@click.option("--keep", type=click.Path(dir_okay=False, path_type=Path), help="file in which heads are kept")
@click.option("--from", "site", help="address of the site, to fetch whatever is not given as a file")
@click.option("--key", help="public key of the log: 64 hex digits, or a PEM file")
def verify(
    document: Path | None,
    proof: Path | None,
    head: Path | None,
    extension: Path | None,
    keep: Path | None,
    site: str | None,
    key: str | None,
) -> None:
    """Check a document against the log, and today's log against the heads kept. Needs no database.

    Exit code 0: everything holds; 1: something does not; 3: it cannot be told.
    """
    findings = _findings(Asked(document, proof, head, extension, keep, site, key))
    for one in findings:
        mark, style = MARKS[one.outcome]
        console.print(f"{mark} {one.text}", style=style)
    sys.exit(EXIT_CODES[worst(findings)])


@log.command("audit")
def audit() -> None:
    """Recompute the whole log from its entries, and hold everything published against it."""
    with one_moment() as session:
        faults, size = faults_in_log(session), log_size(session)
    for fault in faults:
        console.print(f"✗ {fault}", style="red")
    if faults:
        sys.exit(1)
    console.print(str(_("公开日志完整，共 %(size)s 条；已公布的内容都与日志一致。", size=size)))


def _findings(asked: Asked) -> list[Finding]:
    try:
        evidence = evidence_for(asked)
    except NotInLog:
        text = _("公开日志中没有这个文件。它可能尚未公布、是另一版本，或被改动过；仅凭这一点不能断定文件真伪。")
        return [Finding(Outcome.FAILS, text)]
    except Unreachable as error:
        text = _("不能判断：无法取得 %(address)s。请检查网络，或稍后再试。", address=str(error))
        return [Finding(Outcome.UNKNOWN, text)]
    kept = evidence.kept
    findings = [*_about_document(asked, evidence), *check_key(evidence.key, evidence.beside, kept)]
    if not evidence.is_trusted:
        text = _(
            "不能判断签发者：公钥 %(key)s 取自文件本身。请与公布的公钥核对，再用 --key 指定。", key=evidence.key
        )
        findings.append(Finding(Outcome.UNKNOWN, text))
    if kept is not None and worst(findings) is not Outcome.FAILS:
        findings.append(_growth(asked, kept.heads[-1], evidence.head))
    if asked.keep is not None and worst(findings) is Outcome.HOLDS:
        _write(asked.keep, kept_file(with_head(kept, evidence.head, evidence.key)))
    return findings


def _about_document(asked: Asked, evidence: Evidence) -> list[Finding]:
    proof, head = evidence.proof, evidence.head
    if evidence.digest is None:
        return [check_signature(head, evidence.key)]
    if proof is None:
        text = _("不能判断文件是否在日志中：没有收录证明。请用 --proof 指定证明文件，或用 --from 指定网站地址。")
        return [check_signature(head, evidence.key), Finding(Outcome.UNKNOWN, text)]
    findings = check_document(evidence.digest, proof, evidence.key)
    if proof.signed != head and worst(findings) is Outcome.HOLDS:
        findings += [check_signature(head, evidence.key), _growth(asked, proof.signed, head)]
    return findings


def _growth(asked: Asked, old: SignedHead, new: SignedHead) -> Finding:
    return check_growth(old, new, extension_for(asked, old, new))


def _write(path: Path, content: str) -> None:
    """Replace the file in one step: a run that is cut off must not lose the heads kept."""
    fresh = path.with_name(f".{path.name}.new")
    fresh.write_text(content, encoding="utf-8")
    os.replace(fresh, path)
