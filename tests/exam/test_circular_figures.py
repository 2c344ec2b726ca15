from datetime import date

import pytest

from core import clock
from exam.circular_figures import (
    filled,
    kept_numbers,
    places,
    reasons_against_words,
    typed_figures,
    unknown_places,
    written_period,
)
from tests.reported import figures, frozen, row

SNAPSHOT = frozen(row("C01", figures(2000, 800, 200)), row("M01", figures(101, 33, 68)))
NAMES = places(SNAPSHOT)


def codes(text, kept=""):
    return [reason.code for reason in reasons_against_words("开头", text, NAMES, kept_numbers(kept))]


def test_every_place_is_filled_from_the_snapshot():
    assert NAMES["参加考试人数"] == "2934"
    assert NAMES["合格人数"] == "2101"
    assert NAMES["合格率"] == "71.6%"
    assert NAMES["未合格人数"] == "833"
    assert NAMES["未按要求完成人数"] == "268"
    assert NAMES["县区合格人数"] == "2000"
    assert NAMES["市直部门合格率"] == "75.4%"
    assert NAMES["考试时间"] == "2017年9月1日至3日"


def test_places_become_figures_and_words_stay_words():
    runs = filled("共有{参加考试人数}人，合格率{ 合格率 }。", NAMES)
    assert [(run.text, run.is_figure) for run in runs] == [
        ("共有", False),
        ("2934", True),
        ("人，合格率", False),
        ("71.6%", True),
        ("。", False),
    ]
    assert unknown_places("{合格率}{优秀率}{优秀率}", NAMES) == ["{优秀率}"]
    assert filled("{优秀率}", NAMES)[0].text == "{优秀率}"


# What is typed, why it is refused with nothing kept, and why with the number listed as kept.
TYPED = (
    ("共2934人参加考试", ["typed_figure"], ["typed_figure"]),
    ("共2,934人参加考试", ["typed_figure"], ["typed_figure"]),
    ("共２９３４人参加考试", ["typed_figure"], ["typed_figure"]),
    ("共3001人参加考试", ["contradicts"], ["contradicts"]),
    ("共2900余人参加考试", ["contradicts"], ["contradicts"]),
    ("合格率为71.6%", ["typed_figure"], ["typed_figure"]),
    ("合格率为７２％", ["contradicts"], ["contradicts"]),
    ("合格率为百分之七十二", ["contradicts"], ["contradicts"]),
    ("合格率超过七成。", ["contradicts"], ["contradicts"]),
    ("两千九百三十四人参加考试", ["contradicts"], ["contradicts"]),
    ("合格2100", ["contradicts"], ["contradicts"]),
    ("应参加人数3300", ["contradicts"], ["contradicts"]),
    ("每3名执法人员配备一台记录仪", ["unlisted_number"], []),
    ("补充工作人员50人", ["unlisted_number"], []),
)


@pytest.mark.parametrize(("text", "refused", "with_kept"), TYPED)
def test_a_figure_that_is_typed_is_never_accepted_in_silence(text, refused, with_kept):
    assert codes(text) == refused
    listed = "、".join(one.text for one in typed_figures(text, NAMES))
    assert codes(text, listed) == with_kept


@pytest.mark.parametrize(
    "text",
    [
        "按照《关于行政执法证件管理的通知》（×法治办〔2017〕8号）要求",
        "请于2017年11月30日前组织补考",
        "合格人员应于11月30日前领取证件",
        "合格分数线为60分",
        "每年培训不少于60学时",
        "一、二、三各项要求",
        "各单位要逐人查明原因",
        "取得良好成绩，效果明显",
        "共有{参加考试人数}人参加考试，合格率{合格率}",
        "要成立工作专班，由一名负责同志负责",
    ],
)
def test_dates_numbers_of_documents_and_filled_places_are_words(text):
    assert codes(text) == []


def test_a_place_nobody_can_fill_is_refused():
    assert codes("优秀率{优秀率}") == ["unknown_place"]


def test_a_period_says_year_and_month_once():
    days = [clock.at_city_time(date(2017, month, day), 9) for month, day in ((9, 30), (10, 2))]
    assert written_period(days[0], days[0]) == "2017年9月30日"
    assert written_period(*days) == "2017年9月30日至10月2日"
    later = clock.at_city_time(date(2018, 1, 1), 9)
    assert written_period(days[0], later) == "2017年9月30日至2018年1月1日"
