"""Words for organisations and posts: what a body is, how a person is employed and is in post."""

from enum import StrEnum

from core.texts import Text, lazy_gettext as _


class DocumentKind(StrEnum):
    """What kind of number identifies an officer; a demo number looks like no real one."""

    RESIDENT_ID = "resident_id"
    DEMO = "demo"


class OrganisationKind(StrEnum):
    """What an organisation is in the city's tree; only a county's own bodies stand under a county."""

    CITY = "city"
    COUNTY = "county"
    COUNTY_BODY = "county_body"
    DEPARTMENT = "department"


class DivisionKind(StrEnum):
    """Administrative division (GB/T 2260) or functional zone (a statistical code, not a division)."""

    ADMINISTRATIVE = "administrative"
    FUNCTIONAL = "functional"


class EmploymentType(StrEnum):
    """How a person is employed; only the first may hold a credential."""

    ESTABLISHMENT = "establishment"
    CONTRACT = "contract"
    TEMPORARY = "temporary"
    AGENCY = "agency"
    SUPPORT = "support"
    SELF_FUNDED = "self_funded"
    AUXILIARY = "auxiliary"


class PostState(StrEnum):
    """Whether a person is in an enforcement post, and if not, why not."""

    IN_POST = "in_post"
    OFF_POST = "off_post"
    TRANSFERRED = "transferred"
    RETIRED = "retired"
    RESIGNED = "resigned"
    DISMISSED = "dismissed"
    DECEASED = "deceased"


COUNTY_KINDS = frozenset({OrganisationKind.COUNTY, OrganisationKind.COUNTY_BODY})

DOCUMENT_NAMES: dict[DocumentKind, Text] = {
    DocumentKind.RESIDENT_ID: _("居民身份证"),
    DocumentKind.DEMO: _("演示编号"),
}

ORGANISATION_KIND_NAMES: dict[OrganisationKind, Text] = {
    OrganisationKind.CITY: _("市"),
    OrganisationKind.COUNTY: _("县区"),
    OrganisationKind.COUNTY_BODY: _("县区所属单位"),
    OrganisationKind.DEPARTMENT: _("市直部门"),
}

EMPLOYMENT_NAMES: dict[EmploymentType, Text] = {
    EmploymentType.ESTABLISHMENT: _("在编"),
    EmploymentType.CONTRACT: _("合同工"),
    EmploymentType.TEMPORARY: _("临时工"),
    EmploymentType.AGENCY: _("劳务派遣"),
    EmploymentType.SUPPORT: _("工勤"),
    EmploymentType.SELF_FUNDED: _("自筹经费"),
    EmploymentType.AUXILIARY: _("执法辅助"),
}

POST_NAMES: dict[PostState, Text] = {
    PostState.IN_POST: _("在岗"),
    PostState.OFF_POST: _("离开执法岗位"),
    PostState.TRANSFERRED: _("调出本单位"),
    PostState.RETIRED: _("退休"),
    PostState.RESIGNED: _("辞职"),
    PostState.DISMISSED: _("辞退或开除"),
    PostState.DECEASED: _("死亡"),
}
