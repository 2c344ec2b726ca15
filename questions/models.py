"""Items and their versions."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db import Base, Keyed
from questions.kinds import ItemKind, Subject
from questions.states import ItemState


class Item(Keyed, Base):
    """One item of the bank under its own code. No personal data. Kept for good."""

    __tablename__ = "item"
    __table_args__ = (Index("ix_item_state_kind_subject", "state", "kind", "subject"),)

    code: Mapped[str] = mapped_column(String(30), unique=True)
    kind: Mapped[ItemKind] = mapped_column(String(12))
    subject: Mapped[Subject] = mapped_column(String(30))
    state: Mapped[ItemState] = mapped_column(String(10), default=ItemState.ACTIVE)
    version_number: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]

    versions: Mapped[list["ItemVersion"]] = relationship(
        back_populates="item", order_by="ItemVersion.number.desc()"
    )


class ItemVersion(Keyed, Base):
    """The wording and the key of an item at one time; never edited, only succeeded.

    ``options`` are the texts in the order of the letters A, B, C…; ``key`` is the sorted letters that
    are right. A true/false item has the options 正确 (A) and 错误 (B). No personal data.
    """

    __tablename__ = "item_version"
    __table_args__ = (
        UniqueConstraint("item_id", "number"),
        CheckConstraint("key <> ''", name="has_key"),
    )

    item_id: Mapped[UUID] = mapped_column(ForeignKey("item.id"))
    number: Mapped[int]
    stem: Mapped[str] = mapped_column(Text)
    options: Mapped[list[str]] = mapped_column(JSON)
    key: Mapped[str] = mapped_column(String(6))
    law: Mapped[str] = mapped_column(String(120))
    article: Mapped[str] = mapped_column(String(60))
    explanation: Mapped[str] = mapped_column(Text, default="")
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime]

    item: Mapped[Item] = relationship(back_populates="versions")
