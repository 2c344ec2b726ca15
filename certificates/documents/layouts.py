"""Where everything stands on the paper, for each kind of credential the country has known.

The provincial card of 2007 shows category and area; on the national card of 2021 they live behind the
QR code. All lengths are millimetres from the lower left corner. Nowhere is there an emblem or a seal.
"""

from collections.abc import Callable
from dataclasses import dataclass
from operator import attrgetter

from certificates.documents.boxes import Box
from certificates.documents.faces import CredentialFace, validity
from core.errors import InvalidError
from core.fonts import HEI, SONG
from core.texts import lazy_gettext as _

Source = Callable[[CredentialFace], str]


@dataclass(frozen=True)
class Palette:
    """The colours of one profile, as RGB; none is red, which belongs to the office's own papers.

    The ground runs from ``low`` at the foot of the page to ``high`` at its head, as printing two inks from
    one duct makes it; a copier that knows only flat colours breaks it into steps.
    """

    main: int
    shade: int
    accent: int
    line: int
    low: int
    high: int
    petal: int
    text: int = 0x1B1F24
    label: int = 0x5B6570
    sample: int = 0x9A5B00
    watermark: int = 0xE0DCCF


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
class Code:
    """A QR code, what it holds, what stands below it, and what it is for those who cannot see it."""

    source: Source
    box: Box
    caption: str
    caption_box: Box
    meaning: str


@dataclass(frozen=True)
class Rose:
    """Where the large rosette has its middle, and how far it reaches."""

    x: float
    y: float
    radius: float


@dataclass(frozen=True)
class Side:
    """One page: what it says and where its photo and its codes stand, if it has them."""

    fields: tuple[Field, ...]
    label_width: float
    label_size: float
    rose: Rose
    photo: Box | None = None
    codes: tuple[Code, ...] = ()
    notes: tuple[str, ...] = ()
    notes_box: Box | None = None


@dataclass(frozen=True)
class Layout:
    """All of one profile; ``signed_codes`` take the place of the certificate's code once there are two.

    ``data`` names what the face says, in the words of the data that lie inside the file.
    """

    palette: Palette
    data: tuple[str, ...]
    certificate: Side
    signed_codes: tuple[Code, ...]
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
PAYLOAD: Source = attrgetter("signed_payload")


def layout_of(profile: str) -> Layout:
    """Return the profile's layout, or say that there is none."""
    if profile not in LAYOUTS:
        raise InvalidError(_("没有“%(profile)s”这种证件样式，请核对证件类型。", profile=profile))
    return LAYOUTS[profile]


def _lookup_code(box: Box, caption: str = "联网核验  SCAN TO VERIFY") -> Code:
    """The code that opens the lookup; its caption stands right below it."""
    return Code(ADDRESS, box, caption, _below(box), "二维码：扫码打开核验网址，查询证件当前状态。")


def _offline_code(box: Box) -> Code:
    meaning = "二维码：内含经签名的证件信息，可离线验证证件确由发证机关核发。"
    return Code(PAYLOAD, box, "离线验签  SIGNED DATA", _below(box), meaning)


def _below(box: Box) -> Box:
    return Box(box.x - 1.5, box.y - 4.6 * box.width / 28, box.width + 3, 3.8 * box.width / 28)


def _certificate(rows: tuple[tuple[str, Source], ...], pitch: float) -> Side:
    """The A4: the holder's name large, then one line of the list for each row."""
    first = Box(110, 126.5, 155, 17.5)
    places = [Box(first.x, first.y - pitch * (n + 1), first.width, pitch) for n in range(len(rows))]
    name = Field("姓名", NAME, first, 31, is_name=True)
    others = (Field(label, source, box, 16) for (label, source), box in zip(rows, places, strict=True))
    return Side(
        fields=(name, *others),
        label_width=30,
        label_size=11.5,
        rose=Rose(188, 96, 62),
        photo=Box(44, 85, 38, 53.2),
        codes=(_lookup_code(Box(49, 46, 28, 28)),),
    )


_SIGNED_CODES = (_lookup_code(Box(33, 46, 28, 28)), _offline_code(Box(65, 46, 28, 28)))
_FRONT_PHOTO = Box(5, 5, 24, 33.6)
_FRONT_ROSE = Rose(66, 20, 23)
_FACE = ("cert_no", "holder_name", "unit_name", "valid_from", "valid_until", "issuer_name")

LAYOUTS = {
    "hebei_2007": Layout(
        palette=Palette(
            main=0x173A5E,
            shade=0x35597F,
            accent=0xA07C32,
            line=0xCDBB8A,
            low=0xC7DAEA,
            high=0xE6DCBE,
            petal=0xDCCB9C,
        ),
        data=(*_FACE, "category", "area"),
        certificate=_certificate(
            (
                ("所在单位", UNIT),
                ("执法类别", CATEGORY),
                ("执法区域", AREA),
                ("执法证号", NUMBER),
                ("有效期限", validity),
            ),
            pitch=11.6,
        ),
        signed_codes=_SIGNED_CODES,
        statement="经行政执法人员资格考试合格，准予在上述执法类别和执法区域内从事行政执法工作。",
        statement_box=Box(110, 56, 155, 9.5),
        front=Side(
            fields=(
                Field("姓名", NAME, Box(32.5, 31.6, 49, 8.4), 16, is_name=True),
                Field("单位", UNIT, Box(32.5, 24.4, 49, 7), 8.8),
                Field("证号", NUMBER, Box(32.5, 18.4, 49, 5.8), 9.4),
                Field("类别", CATEGORY, Box(32.5, 11.6, 49, 6.6), 8.8),
                Field("区域", AREA, Box(32.5, 4.8, 49, 6.6), 8.8),
            ),
            label_width=9.5,
            label_size=7.2,
            rose=_FRONT_ROSE,
            photo=_FRONT_PHOTO,
        ),
        back=Side(
            fields=(
                Field("有效期限", validity, Box(5, 32.2, 51, 7.6), 8.4),
                Field("发证机关", ISSUER, Box(5, 24.2, 51, 7.6), 8.4),
                Field("核验网址", ADDRESS, Box(5, 16.6, 51, 7), 6.5, face=HEI),
            ),
            label_width=14,
            label_size=6.9,
            rose=Rose(30, 22, 21),
            codes=(_lookup_code(Box(59.4, 18.4, 21.8, 21.8)),),
            notes=(
                "本证限持证人本人在核定的执法类别和执法区域内依法执行公务时使用。",
                "不得涂改、转借；遗失的，应当立即报告发证机关。",
                "本证真伪与有效状态，以联网核验结果为准。",
            ),
            notes_box=Box(5, 4, 75.6, 9.6),
        ),
    ),
    "national_2021": Layout(
        palette=Palette(
            main=0x12494F,
            shade=0x2F696E,
            accent=0x8C7A3E,
            line=0xC3BC94,
            low=0xBFE0DB,
            high=0xDFDFC0,
            petal=0xCFCB9F,
        ),
        data=_FACE,
        certificate=_certificate((("工作单位", UNIT), ("执法证号", NUMBER), ("有效期限", validity)), pitch=15),
        signed_codes=_SIGNED_CODES,
        statement="经行政执法人员资格考试合格，取得行政执法资格。执法类别和执法区域以联网核验结果为准。",
        statement_box=Box(110, 62, 155, 9.5),
        front=Side(
            fields=(
                Field("姓名", NAME, Box(32.5, 31.4, 49, 8.6), 16, is_name=True),
                Field("单位", UNIT, Box(32.5, 23.6, 49, 7.4), 8.8),
                Field("证号", NUMBER, Box(32.5, 14.6, 26.5, 6), 9.4),
            ),
            label_width=9.5,
            label_size=7.2,
            rose=_FRONT_ROSE,
            photo=_FRONT_PHOTO,
            codes=(_lookup_code(Box(61, 4.6, 19, 19), ""),),
        ),
        back=Side(
            fields=(
                Field("有效期限", validity, Box(10, 31, 65.6, 7.4), 9.4),
                Field("发证机关", ISSUER, Box(10, 23, 65.6, 7.4), 9.4),
            ),
            label_width=17,
            label_size=7.8,
            rose=Rose(42.8, 22, 21),
            notes=(
                "持证人应当在核定的执法类别和执法区域内依法执行公务，主动出示本证。",
                "不得涂改、转借；遗失的，应当立即报告发证机关。",
                "本证真伪与有效状态，以联网核验结果为准。",
            ),
            notes_box=Box(10, 6, 65.6, 11.4),
        ),
    ),
}
