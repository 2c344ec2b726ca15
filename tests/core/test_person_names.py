"""Real names pass, rare characters and dots included; what is no name is told why."""

import pytest
from hypothesis import given, strategies as st

from core.person_names import masked, normalised, reasons_against

REAL = [
    "张三", "王䶮", "㛃", "𡐓", "𬀩", "𬸚", "𬱖", "李〇", "欧阳娜娜", "阿依古丽·买买提", "Anna Müller",
    "\U00031350", "\U0002ebf0", "葛\U000e0100城",
]  # fmt: skip


def codes(name):
    return [reason.code for reason in reasons_against(name)]


@pytest.mark.parametrize("name", REAL)
def test_real_names_pass_and_stay_as_they_are(name):
    assert codes(name) == []
    assert normalised(name) == name


@pytest.mark.parametrize("dot", "•・‧．･∙⋅")
@pytest.mark.parametrize("space", ["", " ", "\u3000"])
def test_every_dot_becomes_the_one_dot(dot, space):
    assert normalised(f"阿依古丽{space}{dot}{space}买买提") == "阿依古丽·买买提"


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        (" 张三\n", "张三"),
        ("张 三", "张三"),
        ("张\u3000三", "张三"),
        ("𬱖 \t 𡐓 三", "𬱖𡐓三"),
        ("Anna  Müller", "Anna Müller"),
        ("张 Anna", "张 Anna"),
        ("Mu\u0308ller", "Müller"),
        ("张\u200b三\ufeff", "张三"),
    ],
)
def test_a_name_has_one_written_form(typed, name):
    assert normalised(typed) == name


@given(st.text(st.one_of(st.characters(exclude_categories=["Cs"]), st.sampled_from(" 张三𬱖·•\u0387\u0308"))))
def test_the_one_written_form_stays_as_it_is(text):
    assert normalised(normalised(text)) == normalised(text)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("", ["name_empty"]),
        (" \u3000\u200b", ["name_empty"]),
        ("张" * 51, ["name_length"]),
        ("张\x00三", ["name_control"]),
        ("张\u202e三", ["name_control"]),
        ("张三2", ["name_digits"]),
        ("张三２", ["name_digits"]),
        ("张三①", ["name_digits"]),
        ("张\ue863", ["name_unencoded"]),
        ("张\U000f0000", ["name_unencoded"]),
        ("张\ufffd", ["name_unencoded"]),
        ("1\x07\ufffd" + "张" * 50, ["name_length", "name_control", "name_digits", "name_unencoded"]),
    ],
)
def test_what_is_no_name_is_told_every_reason(name, expected):
    assert codes(name) == expected
    assert all(str(reason.text).endswith("。") for reason in reasons_against(name))


def test_length_is_counted_in_characters_and_not_in_bytes():
    assert codes("𬱖" * 50) == []
    assert codes("𬱖" * 51) == ["name_length"]


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("张三", "张*"),
        ("张三丰", "张**"),
        ("𬱖𡐓", "𬱖*"),
        ("阿依古丽·买买提", "阿*******"),
        ("张", "*"),
        ("", ""),
    ],
)
def test_a_name_is_shown_by_its_first_character(name, shown):
    assert masked(name) == shown


@given(st.text())
def test_a_masked_name_is_as_long_and_shows_one_character_at_most(name):
    assert len(masked(name)) == len(name)
    assert masked(name)[1:] == "*" * len(name[1:])
