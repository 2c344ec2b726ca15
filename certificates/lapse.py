"""Which grounds the roll and the credential themselves speak for, without anybody having to report them.

It finds what can be read from the roll: who left the post, who is not on the establishment, whose
credential ran out. It decides on nobody; a person does.
"""

from dataclasses import dataclass
from datetime import date

from certificates.states import STANDING, CredentialState
from people.posts import EmploymentType, PostState
from people.roll import EMPLOYMENT_WORDS, POST_WORDS

POST_GROUNDS: dict[PostState, str] = {
    PostState.OFF_POST: "O1",
    PostState.TRANSFERRED: "O2",
    PostState.RETIRED: "O3",
    PostState.RESIGNED: "O4",
    PostState.DISMISSED: "O5",
    PostState.DECEASED: "O6",
}
EMPLOYMENT_GROUNDS: dict[EmploymentType, str] = {
    EmploymentType.CONTRACT: "I1",
    EmploymentType.TEMPORARY: "I2",
    EmploymentType.AGENCY: "I3",
    EmploymentType.SUPPORT: "I4",
    EmploymentType.SELF_FUNDED: "I5",
    EmploymentType.AUXILIARY: "I6",
}
EXPIRED = "U5"

# Evidence is stored, so it is Chinese whatever language the page is read in: the words of the roll's sheet.
_POSTS = {state: word for word, state in POST_WORDS.items()}
_EMPLOYMENTS = {kind: word for word, kind in EMPLOYMENT_WORDS.items()}


@dataclass(frozen=True)
class LapseFacts:
    """What is known of one credential and its holder.

    ``exchanged`` says that the holder has another credential which ends later.
    """

    employment: EmploymentType
    post: PostState
    post_since: date | None
    state: CredentialState
    valid_until: date
    exchanged: bool = False


@dataclass(frozen=True)
class Finding:
    """One ground (a code of ``certificates/grounds.py``) and what it rests on."""

    ground: str
    evidence: str


def grounds_against(facts: LapseFacts, today: date) -> list[Finding]:
    """Return every ground that speaks against the holder on this day, in the order of the table."""
    if facts.state not in STANDING:
        return []
    return [*_post(facts, today), *_employment(facts), *_expiry(facts, today)]


def _post(facts: LapseFacts, today: date) -> list[Finding]:
    ground = POST_GROUNDS.get(facts.post)
    if ground is None or (facts.post_since is not None and facts.post_since > today):
        return []
    since = f"，自{_written(facts.post_since)}起" if facts.post_since else ""
    return [Finding(ground, f"岗位状态：{_POSTS[facts.post]}{since}")]


def _employment(facts: LapseFacts) -> list[Finding]:
    ground = EMPLOYMENT_GROUNDS.get(facts.employment)
    return [Finding(ground, f"人员性质：{_EMPLOYMENTS[facts.employment]}")] if ground else []


def _expiry(facts: LapseFacts, today: date) -> list[Finding]:
    if facts.exchanged or facts.valid_until >= today:
        return []
    return [Finding(EXPIRED, f"证件有效期至{_written(facts.valid_until)}，到期未换发")]


def _written(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
