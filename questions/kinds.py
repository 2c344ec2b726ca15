"""The kinds of item and the subjects of the bank, with the words a spreadsheet uses for them."""

from enum import StrEnum

from core.texts import Text, lazy_gettext as _


class ItemKind(StrEnum):
    """How an item is answered."""

    TRUE_FALSE = "true_false"
    SINGLE = "single"
    MULTIPLE = "multiple"


class Subject(StrEnum):
    """What part of the law an item is about; the value is what stands in a sheet."""

    PENALTY = "行政处罚法"
    LICENSING = "行政许可法"
    COERCION = "行政强制法"
    RECONSIDERATION = "行政复议法"
    LITIGATION = "行政诉讼法"
    COMPENSATION = "国家赔偿法"
    THREE_SYSTEMS = "三项制度"
    CONSTITUTION = "宪法"
    DUTIES = "通用职责"
    SPECIAL = "专业法律知识"


KIND_NAMES: dict[ItemKind, Text] = {
    ItemKind.TRUE_FALSE: _("判断题"),
    ItemKind.SINGLE: _("单选题"),
    ItemKind.MULTIPLE: _("多选题"),
}

KIND_WORDS: dict[str, ItemKind] = {
    "判断": ItemKind.TRUE_FALSE,
    "判断题": ItemKind.TRUE_FALSE,
    "单选": ItemKind.SINGLE,
    "单选题": ItemKind.SINGLE,
    "多选": ItemKind.MULTIPLE,
    "多选题": ItemKind.MULTIPLE,
}

SUBJECT_NAMES: dict[Subject, Text] = {
    Subject.PENALTY: _("行政处罚法"),
    Subject.LICENSING: _("行政许可法"),
    Subject.COERCION: _("行政强制法"),
    Subject.RECONSIDERATION: _("行政复议法"),
    Subject.LITIGATION: _("行政诉讼法"),
    Subject.COMPENSATION: _("国家赔偿法"),
    Subject.THREE_SYSTEMS: _("三项制度"),
    Subject.CONSTITUTION: _("宪法"),
    Subject.DUTIES: _("通用职责"),
    Subject.SPECIAL: _("专业法律知识"),
}

OPTION_LETTERS = "ABCDEF"
TRUE, FALSE = "A", "B"
TRUE_FALSE_OPTIONS = ("正确", "错误")
