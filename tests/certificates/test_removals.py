from uuid import UUID, uuid4

from hypothesis import given, strategies as st

from certificates.grounds import GROUNDS, GroundClass, leading_ground
from certificates.removals import COUNTED, Line, Removal, table_of

UNITS = [UUID(int=number) for number in range(1, 6)]
COUNTIES = frozenset(UNITS[:2])
PEOPLE = [UUID(int=number) for number in range(100, 130)]


def column(group):
    return COUNTED.index(group)


def test_each_person_is_counted_once_and_in_one_class():
    one, other = uuid4(), uuid4()
    removals = [
        Removal(one, UNITS[0], ("I1", "O3")),
        Removal(one, UNITS[0], ("U5",)),
        Removal(other, UNITS[3], ("I5",)),
    ]
    table = table_of(removals, UNITS, COUNTIES)
    assert table.units[UNITS[0]].counts[column(GroundClass.OFF_POST)] == 1
    assert table.units[UNITS[3]].counts[column(GroundClass.SELF_FUNDED)] == 1
    assert (table.counties.total, table.departments.total, table.everything.total) == (1, 1, 2)
    assert table.agrees


def test_a_card_is_no_person():
    both, card = uuid4(), uuid4()
    removals = [Removal(card, UNITS[0], ("D1",)), Removal(both, UNITS[0], ("D2", "O3"))]
    table = table_of(removals, UNITS, COUNTIES)
    assert (table.everything.total, table.cards, table.people) == (1, 1, 1)


def test_a_unit_without_a_line_shows_as_a_sum_that_does_not_agree():
    table = table_of([Removal(uuid4(), uuid4(), ("O3",))], UNITS, COUNTIES)
    assert not table.agrees


def test_nobody_removed_is_a_table_of_noughts():
    table = table_of([], UNITS, COUNTIES)
    assert table.everything == Line((0,) * len(COUNTED))
    assert table.agrees


@given(
    st.lists(
        st.builds(
            Removal,
            st.sampled_from(PEOPLE),
            st.sampled_from(UNITS),
            st.lists(st.sampled_from(list(GROUNDS)), min_size=1, max_size=3, unique=True).map(tuple),
        ),
        max_size=60,
    )
)
def test_units_subtotals_and_classes_always_add_up(removals):
    table = table_of(removals, UNITS, COUNTIES)
    by_person = {}
    for removal in removals:
        by_person.setdefault(removal.officer_id, set()).update(removal.grounds)
    counted = [one for one in by_person.values() if leading_ground(one).group is not GroundClass.CARD_ONLY]
    assert table.agrees
    assert table.everything.total == len(counted)
    assert table.cards == len(by_person) - len(counted)
