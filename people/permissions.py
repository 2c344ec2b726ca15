"""Who may do what: one table from role to permissions.

A role says what a person may do; the organisation an account belongs to says for whom
(``people/scope.py``).
"""

from enum import StrEnum

from core.texts import Text, lazy_gettext as _


class Role(StrEnum):
    """The kinds of people the platform knows; the public is whoever has not signed in."""

    PUBLIC = "public"
    CANDIDATE = "candidate"
    UNIT_ADMINISTRATOR = "unit_administrator"
    ADMINISTRATOR = "administrator"
    HR = "hr"
    INVIGILATOR = "invigilator"


class Permission(StrEnum):
    """One thing a role may do, as ``noun:verb``."""

    PUBLIC_READ = "public:read"
    LOOKUP_ASK = "lookup:ask"
    ACCOUNT_SIGN_IN = "account:sign_in"
    ACCOUNT_OWN = "account:own"
    EXAM_SIT = "exam:sit"
    CREDENTIAL_OWN = "credential:own"
    ORGANISATION_READ = "organisation:read"
    OFFICER_READ = "officer:read"
    OFFICER_IMPORT = "officer:import"
    OFFICER_EDIT = "officer:edit"
    ACCOUNT_ISSUE = "account:issue"
    TRAINING_READ = "training:read"
    TRAINING_RECORD = "training:record"
    TRAINING_PLAN = "training:plan"
    ITEM_READ = "item:read"
    ITEM_EDIT = "item:edit"
    EXAM_READ = "exam:read"
    EXAM_PLAN = "exam:plan"
    EXAM_INVIGILATE = "exam:invigilate"
    RESULT_READ = "result:read"
    CANDIDATE_REGISTER = "candidate:register"
    NON_COMPLETION_ANSWER = "non_completion:answer"
    DUTY_READ = "duty:read"
    SUPERVISION_ANSWER = "supervision:answer"
    SUPERVISION_ISSUE = "supervision:issue"
    PASS_LIST_PUBLISH = "pass_list:publish"
    CIRCULAR_PREPARE = "circular:prepare"
    CIRCULAR_ISSUE = "circular:issue"
    OBJECTION_MAKE = "objection:make"
    OBJECTION_ANSWER = "objection:answer"
    CALENDAR_EDIT = "calendar:edit"
    CREDENTIAL_READ = "credential:read"
    CREDENTIAL_ISSUE = "credential:issue"
    PHOTO_TAKE_IN = "photo:take_in"
    RECORDER_READ = "recorder:read"
    RECORDER_REPORT = "recorder:report"
    RECORDER_CLASSIFY = "recorder:classify"
    CLEANUP_READ = "cleanup:read"
    CLEANUP_DECIDE = "cleanup:decide"
    DOUBT_ANSWER = "doubt:answer"
    PORTAL_MANAGE = "portal:manage"
    JOB_READ = "job:read"
    AUDIT_READ = "audit:read"


_P = Permission
_EVERYBODY = frozenset({_P.PUBLIC_READ, _P.LOOKUP_ASK, _P.OBJECTION_MAKE, _P.ACCOUNT_SIGN_IN})
_SIGNED_IN = _EVERYBODY | {_P.ACCOUNT_OWN}

PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.PUBLIC: _EVERYBODY,
    Role.CANDIDATE: _SIGNED_IN | {_P.EXAM_SIT, _P.CREDENTIAL_OWN},
    Role.UNIT_ADMINISTRATOR: _SIGNED_IN
    | {_P.ORGANISATION_READ, _P.OFFICER_READ, _P.OFFICER_EDIT, _P.ACCOUNT_ISSUE}
    | {_P.TRAINING_READ, _P.TRAINING_RECORD, _P.EXAM_READ, _P.RESULT_READ, _P.CREDENTIAL_READ}
    | {_P.CANDIDATE_REGISTER, _P.NON_COMPLETION_ANSWER, _P.DUTY_READ, _P.SUPERVISION_ANSWER}
    | {_P.PHOTO_TAKE_IN, _P.RECORDER_READ, _P.RECORDER_REPORT},
    Role.ADMINISTRATOR: _SIGNED_IN
    | {_P.ORGANISATION_READ, _P.OFFICER_READ, _P.OFFICER_IMPORT, _P.OFFICER_EDIT, _P.ACCOUNT_ISSUE}
    | {_P.TRAINING_READ, _P.TRAINING_RECORD, _P.TRAINING_PLAN, _P.ITEM_READ, _P.ITEM_EDIT}
    | {_P.EXAM_READ, _P.EXAM_PLAN, _P.EXAM_INVIGILATE, _P.RESULT_READ, _P.PASS_LIST_PUBLISH}
    | {_P.OBJECTION_ANSWER, _P.CALENDAR_EDIT}
    | {_P.CREDENTIAL_READ, _P.CREDENTIAL_ISSUE, _P.CLEANUP_READ, _P.JOB_READ, _P.AUDIT_READ}
    | {_P.CIRCULAR_PREPARE, _P.CIRCULAR_ISSUE}
    | {_P.CANDIDATE_REGISTER, _P.DUTY_READ, _P.SUPERVISION_ISSUE}
    | {_P.DOUBT_ANSWER, _P.PORTAL_MANAGE}
    | {_P.PHOTO_TAKE_IN, _P.RECORDER_READ, _P.RECORDER_CLASSIFY},
    Role.HR: _SIGNED_IN
    | {_P.ORGANISATION_READ, _P.OFFICER_READ, _P.CREDENTIAL_READ, _P.CLEANUP_READ, _P.CLEANUP_DECIDE},
    Role.INVIGILATOR: _SIGNED_IN | {_P.EXAM_READ, _P.EXAM_INVIGILATE},
}

ROLE_NAMES: dict[Role, Text] = {
    Role.PUBLIC: _("公众"),
    Role.CANDIDATE: _("考生"),
    Role.UNIT_ADMINISTRATOR: _("单位管理员"),
    Role.ADMINISTRATOR: _("市级管理员"),
    Role.HR: _("人事"),
    Role.INVIGILATOR: _("监考人员"),
}


def may(role: Role, permission: str) -> bool:
    """Say whether a role has a permission."""
    return permission in PERMISSIONS[role]
