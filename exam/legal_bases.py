"""On what ground a list with names is published: a short list, one of which every publication records.

The wording is copied into the list, so that a later edition of this table changes nothing published.
"""

from enum import StrEnum


class LegalBasis(StrEnum):
    """The grounds an office may name."""

    OPENNESS_2019 = "openness_2019"
    OPENNESS_2007 = "openness_2007"
    DISCLOSURE_2018 = "disclosure_2018"


# In Chinese alone: the titles of laws and the numbers of their articles are not translated.
BASIS_TEXTS: dict[LegalBasis, str] = {
    LegalBasis.OPENNESS_2019: "《中华人民共和国政府信息公开条例》（国务院令第711号）第十九条、第二十条",
    LegalBasis.OPENNESS_2007: "《中华人民共和国政府信息公开条例》（国务院令第492号）第九条、第十条",
    LegalBasis.DISCLOSURE_2018: "《国务院办公厅关于全面推行行政执法公示制度执法全过程记录制度"
    "重大执法决定法制审核制度的指导意见》（国办发〔2018〕118号）",
}
