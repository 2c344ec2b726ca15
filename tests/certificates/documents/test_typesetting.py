"""Making a text fit: never wider or higher than its place, never without a character."""

from hypothesis import given, strategies as st

from certificates.documents.typesetting import LEADING, fitted
from core.fonts import SONG, text_width

texts = st.text(alphabet="秦皇岛市场监督管理局䶮𬱖，、（）《》·。AZaz09./", min_size=1, max_size=120)
lengths = st.floats(min_value=20, max_value=400)


@given(text=texts, size=st.floats(min_value=5, max_value=40), width=lengths, height=lengths)
def test_every_text_fits_its_place_and_keeps_every_character(text, size, width, height):
    setting = fitted(text, SONG, size, width=width, height=height)
    assert setting.size <= size
    assert "".join(setting.lines) == text
    assert all(text_width(line, SONG, setting.size) <= width + 0.01 for line in setting.lines)
    leading = LEADING if len(setting.lines) > 1 else 1
    assert len(setting.lines) * setting.size * leading <= height + 0.02


def test_a_short_text_keeps_its_size():
    assert fitted("李明", SONG, 15, width=100, height=20).size == 15


def test_a_slightly_long_text_is_set_smaller_on_one_line():
    setting = fitted("市" * 11, SONG, 10, width=100, height=30)
    assert setting.lines == ("市" * 11,)
    assert setting.size < 10


def test_a_long_text_is_broken_into_even_lines():
    setting = fitted("市" * 22, SONG, 10, width=120, height=30)
    assert setting.lines == ("市" * 11, "市" * 11)


def test_no_line_begins_with_a_closing_mark():
    setting = fitted("市场监督管理、食品药品监督管理、质量技术监督、城市管理", SONG, 10, width=70, height=60)
    assert len(setting.lines) > 2
    assert not any(line.startswith("、") for line in setting.lines)
