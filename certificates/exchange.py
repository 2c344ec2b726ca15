"""What changes on the face of a card that is exchanged, and whether that is what the ground says."""

from dataclasses import dataclass
from uuid import UUID

from core.errors import Reason
from core.texts import Text, lazy_gettext as _

UNIT, NAME, SCOPE, DAMAGE = "R3", "R4", "R5", "R6"
LONGEST_CATEGORY, LONGEST_AREA = 30, 60
# What the roll says of somebody who left for another unit does not stand against the exchange for it.
LEFT_FOR_ANOTHER = "O2"


@dataclass(frozen=True)
class Face:
    """What an exchange may change on a card."""

    holder_name: str
    organisation_id: UUID
    category: str
    area: str


def reasons_against_exchange(ground: str, old: Face, new: Face) -> list[Reason]:
    """Return why a card is not exchanged for this face on this ground, in the order of the form."""
    if not (new.holder_name and new.category and new.area):
        return [Reason("empty", _("姓名、单位、执法类别、执法区域都要填写。"))]
    reasons = _too_long(new)
    if text := _unlike_ground(ground, old, new):
        reasons.append(Reason("unlike_ground", text))
    return reasons


def _unlike_ground(ground: str, old: Face, new: Face) -> Text | None:
    changed = {
        UNIT: old.organisation_id != new.organisation_id,
        NAME: old.holder_name != new.holder_name,
        SCOPE: (old.category, old.area) != (new.category, new.area),
    }
    if ground == DAMAGE:
        return _("证件损毁换发，证面内容不变。内容有变更的，请选择相应的情形。") if any(changed.values()) else None
    if changed.get(ground, True):
        return None
    return _("所选情形与填写的内容不符：该项与原证件相同，没有变更。")


def _too_long(new: Face) -> list[Reason]:
    limits = ((new.category, LONGEST_CATEGORY, _("执法类别")), (new.area, LONGEST_AREA, _("执法区域")))
    return [
        Reason("too_long", _("%(what)s超过 %(limit)s 个字，请写得短一些。", what=what, limit=limit))
        for text, limit, what in limits
        if len(text) > limit
    ]
