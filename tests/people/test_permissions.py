"""The table of roles, and the scope that goes with each."""

import pytest

from people.identity import PUBLIC
from people.permissions import PERMISSIONS, ROLE_NAMES, Permission, Role, may
from people.scope import CITY, Scope, scope_of
from tests.factories import make_city


def test_every_role_has_its_line_and_its_name():
    assert set(PERMISSIONS) == set(Role) == set(ROLE_NAMES)


def test_every_permission_belongs_to_somebody():
    assert set().union(*PERMISSIONS.values()) == set(Permission)


def test_the_public_reads_asks_objects_and_signs_in_and_no_more():
    allowed = {permission for permission in Permission if PUBLIC.may(permission)}
    asked = {Permission.LOOKUP_ASK, Permission.OBJECTION_MAKE}
    assert allowed == {Permission.PUBLIC_READ, Permission.ACCOUNT_SIGN_IN, *asked}


@pytest.mark.parametrize("role", [Role.CANDIDATE, Role.UNIT_ADMINISTRATOR, Role.ADMINISTRATOR])
def test_nobody_but_hr_decides_on_a_clean_up(role):
    assert not may(role, Permission.CLEANUP_DECIDE)


@pytest.mark.parametrize("role", [Role.CANDIDATE, Role.UNIT_ADMINISTRATOR, Role.HR])
def test_nobody_but_the_administrator_publishes_or_issues(role):
    assert not may(role, Permission.PASS_LIST_PUBLISH)
    assert not may(role, Permission.CREDENTIAL_ISSUE)


@pytest.mark.parametrize("role", [Role.UNIT_ADMINISTRATOR, Role.ADMINISTRATOR, Role.HR, Role.INVIGILATOR])
def test_nobody_but_a_candidate_sits(role):
    assert not may(role, Permission.EXAM_SIT)


def test_an_invigilator_sees_the_room_but_no_key_and_no_result():
    allowed = {permission for permission in Permission if may(Role.INVIGILATOR, permission)}
    assert {Permission.EXAM_INVIGILATE, Permission.EXAM_READ} <= allowed
    assert not allowed & {Permission.ITEM_READ, Permission.RESULT_READ, Permission.EXAM_PLAN}


def test_the_scope_follows_the_role(session):
    county = make_city(session).county
    assert scope_of(Role.ADMINISTRATOR, county.id) == CITY
    assert scope_of(Role.HR, None) == CITY
    assert scope_of(Role.UNIT_ADMINISTRATOR, county.id) == Scope(county.id)
    assert scope_of(Role.INVIGILATOR, None) == CITY
    assert scope_of(Role.INVIGILATOR, county.id) == Scope(county.id)
    with pytest.raises(ValueError, match="organisation"):
        scope_of(Role.UNIT_ADMINISTRATOR, None)
