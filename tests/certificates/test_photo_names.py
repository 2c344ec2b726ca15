from uuid import uuid4

import pytest

from certificates.photo_names import Person, fits


def person(name, unit="海港区", code="C01", *numbers):
    return Person(uuid4(), name, code, unit, frozenset(numbers))


ZHANG = person("张三", "海港区", "C01", "99100100001", "2026A-0017")
LI = person("李四", "海港区", "C01")
OTHER_ZHANG = person("张三", "市公安局", "M01")
TWINS = [person("王五", "海港区", "C01", "99100100009"), person("王五", "海港区", "C01")]
TURK = person("阿卜杜拉·买买提", "海港区", "C01")
PEOPLE = [ZHANG, LI, OTHER_ZHANG, TURK, *TWINS]


def fit(name):
    return fits([name], PEOPLE)[0]


@pytest.mark.parametrize(
    ("name", "who"),
    [
        ("99100100001.jpg", ZHANG),
        ("９９１００１００００１.JPG", ZHANG),
        ("99100100001 .jpeg", ZHANG),
        ("2026a-0017.png", ZHANG),
        ("海港区_张三.jpg", ZHANG),
        ("海港区-张三.jpg", ZHANG),
        ("海港区 张三.jpg", ZHANG),
        ("海港区＿张三.jpg", ZHANG),
        ("张三_海港区.jpg", ZHANG),
        ("C01_张三.jpg", ZHANG),
        ("c01_张三.jpg", ZHANG),
        ("市公安局_张三.jpg", OTHER_ZHANG),
        ("海港区_阿卜杜拉•买买提.jpg", TURK),
        ("99100100009.jpg", TWINS[0]),
    ],
)
def test_a_file_belongs_to_whom_it_is_named_after(name, who):
    assert fit(name).person == who


@pytest.mark.parametrize(
    ("name", "because"),
    [
        ("张三.jpg", "只有姓名"),
        ("海港区_王五.jpg", "2 人同名"),
        ("市公安局_李四.jpg", "该单位没有这个人"),
        ("海港区_赵六.jpg", "不知道是谁"),
        ("99100100002.jpg", "不知道是谁"),
        ("IMG_20260102.jpg", "不知道是谁"),
        ("海港区_张三_2.jpg", "不知道是谁"),
        (".jpg", "不知道是谁"),
        ("130302198001011234.jpg", "身份证"),
        ("张三_13030219800101123x.jpg", "身份证"),
        ("张三１３０３０２１９８００１０１１２３４.jpg", "身份证"),
    ],
)
def test_a_file_that_could_be_anybodys_is_nobodys_and_says_why(name, because):
    found = fit(name)
    assert found.person is None
    assert because in str(found.reason)


def test_two_pictures_of_one_person_are_both_refused():
    found = fits(["99100100001.jpg", "海港区_张三.jpg", "海港区_李四.jpg"], PEOPLE)
    assert [one.person for one in found] == [None, None, LI]
    assert "2 张" in str(found[0].reason)


def test_nobody_fits_where_there_is_nobody():
    assert fits(["海港区_张三.jpg"], [])[0].person is None
    assert fits([], PEOPLE) == []
