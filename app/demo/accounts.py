"""One account for each role of the demo city.

The passwords are derived from the installation's own secret, so that two installations never share
them and a later start can print them again.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import passwords
from core.audit import SYSTEM
from core.sealing import matching_digest
from people.models import Account, Officer, Organisation
from people.operations import open_account
from people.permissions import ROLE_NAMES, Role

PASSWORD_LENGTH = 12


@dataclass(frozen=True)
class DemoAccount:
    """One account to sign in with."""

    role: Role
    username: str
    display_name: str

    @property
    def password(self) -> str:
        """Return the password of this installation."""
        return matching_digest(f"demo account {self.username}")[:PASSWORD_LENGTH]

    @property
    def role_name(self) -> str:
        """Return the role in words."""
        return str(ROLE_NAMES[self.role])


DEMO_ACCOUNTS = (
    DemoAccount(Role.CANDIDATE, "kaosheng", ""),
    DemoAccount(Role.UNIT_ADMINISTRATOR, "danwei", "海港区管理员"),
    DemoAccount(Role.ADMINISTRATOR, "guanli", "市法制办管理员"),
    DemoAccount(Role.ADMINISTRATOR, "fuhe", "市法制办复核员"),
    DemoAccount(Role.ADMINISTRATOR, "shouli", "市法制办受理员"),
    DemoAccount(Role.HR, "renshi", "人事专员"),
    DemoAccount(Role.INVIGILATOR, "jiankao", "监考员"),
)


def open_demo_accounts(
    session: Session, demos: Sequence[DemoAccount], unit: Organisation, officer: Officer | None = None
) -> None:
    """Open demo accounts; those below the city belong to the unit, a candidate's is the officer's."""
    for demo in demos:
        below_city = demo.role in {Role.CANDIDATE, Role.UNIT_ADMINISTRATOR}
        account = Account(
            username=demo.username,
            display_name=officer.name if officer else demo.display_name,
            role=demo.role,
            organisation_id=unit.id if below_city else None,
            officer_id=officer.id if officer else None,
        )
        open_account(session, account, SYSTEM)
        account.password_hash = passwords.hashed(demo.password)
        account.must_change_password = False
    session.flush()


def demo_accounts(session: Session) -> list[DemoAccount]:
    """Return the demo accounts that exist here."""
    names = set(session.scalars(select(Account.username)))
    return [demo for demo in DEMO_ACCOUNTS if demo.username in names]
