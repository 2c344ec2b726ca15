"""The demo city makes its own authority, once, and signs with it like any city."""

from random import Random
from typing import Any

from app.demo import signing_step
from app.demo.stage import Stage
from certificates.operations.signers import current_authority, current_signer, use_signing_place
from core import clock
from core.db import transaction
from tests.factories import make_city


def stage() -> Stage:
    roll: Any = None
    return Stage((), roll, clock.today(), Random(1), lambda _count: None)


def test_the_demo_city_has_an_authority_that_is_kept(app):
    with transaction() as session:
        make_city(session)
    signing_step.found(stage())
    made = current_authority()
    assert made.city == "示范市（演示）"
    assert made.current_key.since < clock.now()
    assert current_signer() is not None
    signing_step.found(stage())
    assert current_authority().current == made.current


def test_without_a_place_for_it_the_demo_signs_nothing(app):
    use_signing_place(None)
    signing_step.found(stage())
    assert current_authority() is None
