"""Verbs on doubts: reported by anybody from the lookup, answered by the office."""

from sqlalchemy.orm import Session

from certificates import numbers
from certificates.doubts import DOUBT, DoubtDraft, DoubtState, reasons_against_answer, reasons_against_report
from certificates.models import DoubtReport
from certificates.queries.doubts import CONTACT_PLACE, TEXT_PLACE, code_digest, doubts_from, from_digest
from certificates.queries.lookup import credential_id_of
from core import clock
from core.audit import Actor
from core.errors import ForbiddenError, refuse_if
from core.operations import record_audit
from core.sealing import sealed
from exam.operations.objections import ObjectionReceipt, fresh_receipt


def report_doubt(session: Session, draft: DoubtDraft, address: str, actor: Actor) -> ObjectionReceipt:
    """Take a report and return its receipt; what is reported is sealed and changes nothing by itself."""
    refuse_if(reasons_against_report(draft, doubts_from(session, address)))
    receipt = fresh_receipt()
    cert_no = numbers.normalised(draft.cert_no)
    report = DoubtReport(
        number=receipt.number,
        code_digest=code_digest(receipt.number, receipt.code),
        address_digest=from_digest(address),
        cert_no=cert_no,
        credential_id=credential_id_of(session, cert_no) if cert_no else None,
        text_sealed=sealed(draft.text.strip(), TEXT_PLACE),
        contact_sealed=sealed(draft.contact.strip(), CONTACT_PLACE),
        made_at=clock.now(),
    )
    session.add(report)
    session.flush()
    record_audit(session, actor, "certificates:doubt:report", report.id)
    return receipt


def answer_doubt(session: Session, report: DoubtReport, answer: str, actor: Actor) -> None:
    """Answer a report once; whoever holds the receipt reads it."""
    if actor.account_id is None:
        raise ForbiddenError
    session.refresh(report, with_for_update=True)
    refuse_if(reasons_against_answer(DoubtState(report.state), answer))
    report.state = DOUBT.after(DoubtState(report.state), "answer")
    report.answer, report.answered_by, report.answered_at = answer.strip(), actor.account_id, clock.now()
    session.flush()
    record_audit(session, actor, "certificates:doubt:answer", report.id)
