"""An item as a draw sees it: what it is and how many options it has, never what it says."""

from dataclasses import dataclass
from uuid import UUID

from questions.kinds import ItemKind, Subject


@dataclass(frozen=True)
class BankItem:
    """The newest version of one active item."""

    version_id: UUID
    kind: ItemKind
    subject: Subject
    option_count: int
