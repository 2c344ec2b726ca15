"""The demo city's own certificate authority, so that its documents are signed like those of any city."""

from app.demo.stage import Stage
from certificates.operations.authority import found_authority
from certificates.operations.signers import authority_at, signing_place
from core import clock
from core.db import transaction
from people.queries import city

# The day before which no demo document is drawn; a certificate must be older than what it signs.
DAYS_BACK = -60


def found(stage: Stage) -> None:
    """Make an authority where there is none yet; an installation that has one keeps it."""
    place = signing_place()
    if place is not None and authority_at(place) is None:
        with clock.at(stage.morning(DAYS_BACK)), transaction() as session:
            found_authority(session, place, f"{city(session).name}（演示）")
    stage.advance(1)
