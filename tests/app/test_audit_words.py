"""What the audit chain is called on a page."""

import re
from pathlib import Path

from flask_babel import force_locale

from app.audit_words import VERB_NAMES, actor_name, verb_name
from certificates.acts import ActKind
from core.audit import SYSTEM
from exam.list_states import EXEMPTION, OBJECTION
from exam.supervision import CardVerb

ROOT = Path(__file__).resolve().parents[2]
VERB = re.compile(r"""["']((?:core|people|training|questions|exam|certificates):[a-z_]+:[a-z_]*)(["'{])""")


def recorded_verbs() -> set[tuple[str, str]]:
    """Every verb that an operation writes, with what ends it: a brace where the last word is put in."""
    folders = ("core", "people", "training", "questions", "exam", "certificates")
    sources = [path.read_text(encoding="utf-8") for folder in folders for path in (ROOT / folder).rglob("*.py")]
    return {(verb, end) for source in sources for verb, end in VERB.findall(source)}


def test_every_recorded_verb_has_a_name():
    verbs = recorded_verbs()
    assert len(verbs) > 30
    missing = [verb for verb, end in verbs if end != "{" and verb not in VERB_NAMES]
    assert missing == []


def test_every_verb_with_a_changing_last_word_has_names():
    changing = [verb for verb, end in recorded_verbs() if end == "{"]
    assert sorted(changing) == [
        "certificates:authority:",
        "certificates:cleanup_case:",
        "certificates:credential:",
        "exam:exemption:",
        "exam:held:",
        "exam:objection:",
        "exam:supervision_card:",
        "questions:item:",
    ]
    assert {f"exam:exemption:{verb}" for verb in EXEMPTION.moves} <= VERB_NAMES.keys()
    assert {f"exam:objection:{verb}" for verb in OBJECTION.moves} <= VERB_NAMES.keys()
    assert {f"exam:supervision_card:{verb}" for verb in CardVerb} <= VERB_NAMES.keys()
    assert {"exam:held:accept", "exam:held:refuse"} <= VERB_NAMES.keys()
    assert {"certificates:cleanup_case:keep", "certificates:cleanup_case:remove"} <= VERB_NAMES.keys()
    assert {f"certificates:credential:{kind}" for kind in ActKind} <= VERB_NAMES.keys()
    assert {"questions:item:retire", "questions:item:restore"} <= VERB_NAMES.keys()


def test_an_unknown_verb_stands_as_recorded(app):
    with app.test_request_context():
        assert verb_name("people:account:other") == "people:account:other"


def test_the_system_is_named_in_the_language_of_the_page(app):
    with app.test_request_context():
        assert actor_name(SYSTEM.name) == "系统"
        assert actor_name("王芳") == "王芳"
    with app.test_request_context(), force_locale("en"):
        assert actor_name(SYSTEM.name) == "the system"
