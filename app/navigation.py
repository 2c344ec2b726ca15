"""What stands in the bar at the top: one table, narrowed to what the role may open."""

from dataclasses import dataclass

from flask_login import current_user

from core.texts import Text, lazy_gettext as _
from people.permissions import Permission


@dataclass(frozen=True)
class Place:
    """One entry of the bar; it is marked as open on every page of its blueprint and of those named also."""

    text: Text
    endpoint: str
    permission: Permission
    also: tuple[str, ...] = ()

    def is_open(self, endpoint: str | None) -> bool:
        """Say whether the page at the endpoint belongs to this entry."""
        group = (endpoint or "").partition(".")[0]
        return group in {self.endpoint.partition(".")[0], *self.also}


PLACES = (
    Place(_("资格查询"), "lookup.ask", Permission.LOOKUP_ASK, ("verify", "registers", "doubts")),
    Place(
        _("合格名单"),
        "pass_lists.index",
        Permission.PUBLIC_READ,
        ("draws", "receipts", "log", "publishing", "objections", "exemptions", "working_days"),
    ),
    Place(_("通报"), "circulars.index", Permission.PUBLIC_READ, ("circular_drafts", "snapshots")),
    Place(_("我的培训考试"), "room.mine", Permission.EXAM_SIT),
    Place(_("我的证件"), "credentials.mine", Permission.CREDENTIAL_OWN),
    Place(_("待办"), "duties.index", Permission.DUTY_READ, ("supervision",)),
    Place(_("各单位"), "organisations.index", Permission.ORGANISATION_READ),
    Place(_("人员"), "officers.index", Permission.OFFICER_READ),
    Place(_("培训"), "training.index", Permission.TRAINING_READ),
    Place(_("题库"), "items.index", Permission.ITEM_READ),
    Place(
        _("考试"),
        "sittings.index",
        Permission.EXAM_READ,
        (
            "blueprints",
            "results",
            "board",
            "acts",
            "held",
            "rooms",
            "accommodations",
            "corrections",
            "score_checks",
            "non_completion",
            "preparation",
        ),
    ),
    Place(_("证件"), "credentials.index", Permission.CREDENTIAL_READ, ("bulk", "photos", "recorders")),
    Place(_("清理"), "cleanup.index", Permission.CLEANUP_READ),
)


UPKEEP = (
    Place(_("反映的疑问"), "doubts.index", Permission.DOUBT_ANSWER),
    Place(_("查询密钥"), "portals.index", Permission.PORTAL_MANAGE),
    Place(_("后台任务"), "site.job_list", Permission.JOB_READ),
    Place(_("操作记录"), "site.audit", Permission.AUDIT_READ),
)


def places() -> list[Place]:
    """Return the entries for whoever is signed in."""
    return _open_to_reader(PLACES)


def upkeep() -> list[Place]:
    """Return the entries at the foot of the page: what is looked at when something is in question."""
    return _open_to_reader(UPKEEP)


def _open_to_reader(entries: tuple[Place, ...]) -> list[Place]:
    return [place for place in entries if current_user.may(place.permission)]
