from dataclasses import replace
from datetime import date
from decimal import Decimal

from hypothesis import given, strategies as st

from exam.circular_figures import places
from exam.circular_tables import RowKind, attachments
from exam.circular_texts import CORRECTED, Correction, ParagraphKind, default_draft, letter
from exam.circulars import Thresholds, reasons_against_draft
from exam.cut_offs import Cut
from tests.reported import figures, frozen, row

CITY = (
    row("C01", figures(1500, 500, 150), "海东区"),
    row("C02", figures(450, 250, 50), "海西区"),
    row("M01", figures(100, 3, 0), "市统计局"),
    row("M02", figures(48, 79, 68), "市公安局"),
    row("M03", figures(3, 1, 0), "市地震局"),
)
SNAPSHOT = frozen(*CITY)
DIGEST = "ab" * 32
TODAY = date(2017, 10, 30)


def written(snapshot=SNAPSHOT, **changes):
    draft = replace(default_draft(snapshot, TODAY), document_no="×法治办〔2017〕8号")
    words = {name: value for name, value in changes.items() if hasattr(draft.words, name)}
    rest = {name: value for name, value in changes.items() if name in {"title", "thresholds"}}
    options = {name: value for name, value in changes.items() if name in {"correction", "mark"}}
    draft = replace(draft, words=replace(draft.words, **words), **rest)
    return letter(snapshot, DIGEST, draft, **options)


def test_the_letter_has_its_parts_in_their_order():
    made = written()
    assert made.title == "关于2017年度线上培训考试情况的通报"
    assert made.paragraphs[0].kind is ParagraphKind.ADDRESSEES
    assert [one.text for one in made.paragraphs if one.kind is ParagraphKind.HEADING] == [
        "一、基本情况",
        "二、主要成绩",
        "三、存在的问题",
        "四、工作要求",
    ]
    assert made.paragraphs[1].text.startswith("按照行政执法人员持证上岗和资格管理制度的要求，2017年9月1日至3日，")
    assert made.paragraphs[-1].text == "特此通报。"
    assert len(made.announced) == 4


def test_the_usual_words_stand_against_no_rule():
    assert reasons_against_draft(default_draft(SNAPSHOT, TODAY), SNAPSHOT) == []


def test_the_sentences_say_the_figures_of_the_snapshot():
    text = written().text
    assert "应参加3202人，参加考试2934人，参考率91.6%" in text
    assert "合格2101人，未合格833人，合格率71.6%" in text
    assert "未按要求完成培训考试268人" in text
    assert "2个县区应参加2900人，参加考试2700人，合格1950人，合格率72.2%，未按要求完成培训考试200人" in text
    assert "3个市直部门应参加302人，参加考试234人，合格151人，合格率64.5%，未按要求完成培训考试68人" in text
    assert "统计截至2017年10月30日，取自统计快照第1号" in text


def test_who_did_well_and_who_organised_badly_is_named_by_the_thresholds():
    text = written().text
    assert "的单位有1个：市统计局（参考率100.0%，合格率97.1%）" in text
    assert "下列2个单位有人员未按要求完成培训考试，合格率又低于全市合格率" in text
    assert (
        "县区：海西区（未按要求完成50人，合格率64.3%）；市直部门：市公安局（未按要求完成68人，合格率37.8%）" in text
    )
    assert "市地震局" not in text
    assert "参加考试不足5人的1个单位" in text
    strict = written(thresholds=Thresholds(good_pass=Decimal("98.0"), poor_not_completed=60)).text
    assert "本次没有单位参考率达到95%且合格率达到98%" in strict
    assert "下列1个单位有超过60名人员未按要求完成" in strict


def test_where_nobody_is_missing_nobody_is_criticised():
    made = written(frozen(row("C01", figures(70, 30)), row("M01", figures(69, 31))))
    assert "个单位有人员未按要求" not in made.text
    assert "1个单位的合格率低于全市合格率（69.5%）" in made.text
    everybody_equal = written(frozen(row("C01", figures(70, 30))))
    assert "各单位应参加人员均已按要求完成培训考试。" in everybody_equal.text


def test_every_figure_in_the_sentences_is_marked_and_nothing_else_is():
    made = written(basics="补充：合格率{合格率}。")
    marked = [run.text for one in made.paragraphs for run in one.runs if run.is_figure]
    assert {"3202", "2934", "2101", "833", "268", "71.6%", "91.6%"} <= set(marked)
    assert marked.count("71.6%") >= 3
    plain = "".join(run.text for one in made.paragraphs[1:] for run in one.runs if not run.is_figure)
    assert "2934" not in plain
    assert "71.6" not in plain
    assert "⟦" not in made.text


def test_ones_own_words_stand_after_the_sentences_of_their_section():
    made = written(achievements="一些单位领导带头学习。", problems="个别单位报送不及时。\n\n个别考生信息有误。")
    texts = [one.text for one in made.paragraphs]
    assert texts.index("一些单位领导带头学习。") < texts.index("三、存在的问题")
    assert texts.index("个别单位报送不及时。") + 1 == texts.index("个别考生信息有误。")
    assert texts.index("个别考生信息有误。") < texts.index("四、工作要求")


def test_a_section_without_a_word_has_no_heading():
    assert "四、工作要求" not in written(requirements="").text


def test_with_make_ups_the_letter_says_so():
    text = written(replace(SNAPSHOT, head=replace(SNAPSHOT.head, cut=Cut.WITH_MAKE_UP))).text
    assert "首次考试和已结束的补考（每人只计一次，取最好的结果）" in text


def test_a_correction_names_what_it_corrects_why_and_what_has_changed():
    before, after = figures(48, 79, 68), figures(49, 78, 68)
    made = written(
        correction=Correction(
            "关于情况的通报",
            "×法治办〔2017〕7号",
            date(2017, 10, 9),
            "试题答案更正。",
            (("市公安局", before, after),),
        )
    )
    assert made.title.endswith(CORRECTED)
    notice = [one.text for one in made.paragraphs[1:3]]
    assert notice == [
        "本通报是对《关于情况的通报》（×法治办〔2017〕7号，2017年10月9日）的更正。更正原因：试题答案更正。"
        "自本通报印发之日起，以本通报为准。",
        "与原通报相比，数字变动如下：市公安局合格由48人改为49人，未合格由79人改为78人。",
    ]


def test_the_tables_hold_every_unit_both_subtotals_and_the_total():
    first, second, third = attachments(SNAPSHOT)
    assert [one.cells[1] for one in first.rows] == ["海东区", "海西区", "县区小计"]
    assert [one.cells[1] for one in second.rows] == ["市统计局", "市公安局", "市地震局", "市直部门小计", "合计"]
    assert len(third.rows) == 5 + 2 + 1
    assert second.rows[-1].cells == ("", "合计", "3202", "2934", "91.6%", "2101", "833", "71.6%", "268", "")
    assert second.rows[2].cells[-1] == "不评价"
    assert [row.kind for row in third.rows].count(RowKind.SUBTOTAL) == 2
    for one in (first, second, third):
        assert all(len(row.cells) == len(one.headers) == len(one.widths) for row in one.rows)
        assert sum(one.widths) == 156
        assert one.note.startswith("注：")


unit_figures = st.builds(figures, st.integers(0, 300), st.integers(0, 300), st.integers(0, 300))


@given(st.lists(unit_figures, min_size=1, max_size=5), st.lists(unit_figures, max_size=5))
def test_printed_integers_add_up_whatever_the_figures(counties, departments):
    rows = [row(f"C{n:02d}", one) for n, one in enumerate(counties, 1)]
    rows += [row(f"M{n:02d}", one) for n, one in enumerate(departments, 1)]
    snapshot = frozen(*rows)
    total = attachments(snapshot)[1].rows[-1].cells
    units = [one for table in attachments(snapshot)[:2] for one in table.rows if one.kind is RowKind.UNIT]
    for column in (2, 3, 5, 6, 8):
        assert int(total[column]) == sum(int(one.cells[column]) for one in units)
    assert int(total[2]) == int(total[5]) + int(total[6]) + int(total[8])
    assert int(total[3]) == int(total[5]) + int(total[6])
    assert f"应参加{total[2]}人" in letter(snapshot, DIGEST, default_draft(snapshot, TODAY)).text
    assert places(snapshot)["应参加人数"] == total[2]
