"""Where everything stands on the paper, for each kind of credential the country has known.

The provincial card of 2007 shows category and area; on the national card of 2021 they live behind the
QR code. All lengths are millimetres from the lower left corner. Nowhere is there an emblem or a seal.
"""

from collections.abc import Callable
from dataclasses import dataclass
from operator import attrgetter

from certificates.documents.faces import CredentialFace, validity
from core.errors import InvalidError
from core.fonts import HEI, SONG
from core.texts import lazy_gettext as _

Source = Callable[[CredentialFace], str]


@dataclass(frozen=True)
class Box:
    """A place on the page, in millimetres."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Palette:
    """The colours of one profile, as RGB; none is red, which belongs to the office's own papers."""

    main: int
    accent: int
    line: int
    ground: int
    petal: int
    text: int = 0x1B1F24
    label: int = 0x5B6570
    sample: int = 0x9A5B00
    watermark: int = 0xE5E2D8


@dataclass(frozen=True)
class Field:
    """A label and the value beside it; ``size`` is the value's wished size in points."""

    label: str
    source: Source
    box: Box
    size: float
    is_name: bool = False
    face: str = SONG


@dataclass(frozen=True)
class Side:
    """One page: what it says and where its photo and its code stand, if it has them."""

    fields: tuple[Field, ...]
    label_width: float
    label_size: float
    photo: Box | None = None
    code: Box | None = None
    caption: Box | None = None
    notes: tuple[str, ...] = ()
    notes_box: Box | None = None


@dataclass(frozen=True)
class Layout:
    """All of one profile."""

    palette: Palette
    certificate: Side
    statement: str
    statement_box: Box
    front: Side
    back: Side


UNIT: Source = attrgetter("unit_name")
NAME: Source = attrgetter("holder_name")
ADDRESS: Source = attrgetter("lookup_url")
NUMBER: Source = attrgetter("cert_no")
CATEGORY: Source = attrgetter("category")
AREA: Source = attrgetter("area")
ISSUER: Source = attrgetter("issuer_name")


def layout_of(profile: str) -> Layout:
    """Return the profile's layout, or say that there is none."""
    if profile not in LAYOUTS:
        raise InvalidError(_("没有“%(profile)s”这种证件样式，请核对证件类型。", profile=profile))
    return LAYOUTS[profile]


def _certificate(rows: tuple[tuple[str, Source], ...], top: float, pitch: float) -> Side:
    """The A4: the holder's name large, then one line of the list for each row."""
    places = [Box(104, top - pitch * (n + 1), 160, pitch) for n in range(len(rows) + 1)]
    name = Field("姓名", NAME, places[0], 25, is_name=True)
    others = (Field(label, source, box, 15) for (label, source), box in zip(rows, places[1:], strict=True))
    return Side(
        fields=(name, *others),
        label_width=29,
        label_size=11,
        photo=Box(44.5, 93, 35, 49),
        code=Box(48.5, 46, 27, 27),
        caption=Box(32, 33, 60, 9),
    )


_FRONT_PHOTO = Box(4.8, 7.2, 22.4, 31.4)

LAYOUTS = {
    "hebei_2007": Layout(
        palette=Palette(main=0x173A5E, accent=0xA07C32, line=0xD3C49B, ground=0xDDE5EC, petal=0xE0D6B8),
        certificate=_certificate(
            (
                ("所在单位", UNIT),
                ("执法类别", CATEGORY),
                ("执法区域", AREA),
                ("执法证号", NUMBER),
                ("有效期限", validity),
            ),
            top=147,
            pitch=12.6,
        ),
        statement="经行政执法人员资格考试合格，准予在上述执法类别和执法区域内从事行政执法工作。",
        statement_box=Box(104, 58, 160, 10),
        front=Side(
            fields=(
                Field("姓名", NAME, Box(31, 32.4, 50, 8.6), 15, is_name=True),
                Field("单位", UNIT, Box(31, 25.2, 50, 7), 8.6),
                Field("证号", NUMBER, Box(31, 19.4, 50, 5.6), 9),
                Field("类别", CATEGORY, Box(31, 12.2, 50, 7), 8.6),
                Field("区域", AREA, Box(31, 5, 50, 7), 8.6),
            ),
            label_width=9,
            label_size=7,
            photo=_FRONT_PHOTO,
        ),
        back=Side(
            fields=(
                Field("有效期限", validity, Box(5, 31.5, 51, 8), 8),
                Field("发证机关", ISSUER, Box(5, 23, 51, 8), 8),
                Field("核验网址", ADDRESS, Box(5, 15.5, 51, 7), 6.5, face=HEI),
            ),
            label_width=13.5,
            label_size=6.8,
            code=Box(59.6, 18, 21.6, 21.6),
            caption=Box(58, 14.8, 24.8, 3),
            notes=(
                "本证限持证人本人在核定的执法类别和执法区域内依法执行公务时使用。",
                "不得涂改、转借；遗失的，应当立即报告发证机关。",
                "本证真伪与有效状态，以联网核验结果为准。",
            ),
            notes_box=Box(5, 4.2, 75.6, 9),
        ),
    ),
    "national_2021": Layout(
        palette=Palette(main=0x12494F, accent=0x8C7A3E, line=0xCDC6A0, ground=0xD9E7E5, petal=0xDAD5B9),
        certificate=_certificate(
            (("工作单位", UNIT), ("执法证号", NUMBER), ("有效期限", validity)), top=147, pitch=16
        ),
        statement="经行政执法人员资格考试合格，取得行政执法资格。执法类别和执法区域以联网核验结果为准。",
        statement_box=Box(104, 64, 160, 10),
        front=Side(
            fields=(
                Field("姓名", NAME, Box(31, 32, 50, 8.6), 15, is_name=True),
                Field("单位", UNIT, Box(31, 24.2, 50, 7.4), 8.6),
                Field("证号", NUMBER, Box(31, 15.4, 29, 6), 9),
            ),
            label_width=9,
            label_size=7,
            photo=_FRONT_PHOTO,
            code=Box(60.6, 3.4, 21, 21),
        ),
        back=Side(
            fields=(
                Field("有效期限", validity, Box(10, 30, 65.6, 7), 9),
                Field("发证机关", ISSUER, Box(10, 22.5, 65.6, 7), 9),
            ),
            label_width=16,
            label_size=7.5,
            notes=(
                "持证人应当在核定的执法类别和执法区域内依法执行公务，主动出示本证。",
                "不得涂改、转借；遗失的，应当立即报告发证机关。",
                "本证真伪与有效状态，以联网核验结果为准。",
            ),
            notes_box=Box(10, 6.4, 65.6, 11),
        ),
    ),
}
