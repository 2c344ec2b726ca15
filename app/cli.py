"""The command ``chizheng``: each package brings its commands, the platform itself adds a few.

The demo is imported where it is used: it needs the whole platform, and a server that has its data must be
up within seconds.
"""

import os
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click
from flask import Flask
from flask_babel import force_locale
from rich.console import Console
from sqlalchemy import select

from app.authority_command import authority
from app.demo.accounts import demo_accounts
from app.languages import LANGUAGES, speak
from app.log_command import log
from app.migrating import is_current, upgrade
from app.serving import serve
from app.settings import Settings
from app.verify_command import verify
from certificates.cli import certificates
from certificates.operations.signers import use_signing_place
from core.db import connect, current, disconnect, reading
from core.errors import DomainError
from core.queries import broken_audit_entry
from core.sealing import use_keys
from core.texts import lazy_gettext as _
from exam.cli import exam
from people.cli import people
from people.models import Organisation
from questions.cli import questions

console = Console(highlight=False)
# What anybody may run anywhere: it opens no database and makes no secret.
STANDALONE = {("log", "verify"), ("certificates", "verify")}


class ByPackage(click.Group):
    """A group whose help lists every command under its package."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write one section per package, then the platform's own commands."""
        groups = {name: command for name, command in self.commands.items() if isinstance(command, click.Group)}
        for name, group in groups.items():
            with formatter.section(f"{name} — {_help(group)}"):
                rows = [
                    (f"{name} {sub}", command.get_short_help_str(80)) for sub, command in group.commands.items()
                ]
                formatter.write_dl(rows)
        with formatter.section("platform"):
            formatter.write_dl([(name, _help(one)) for name, one in self.commands.items() if name not in groups])


@click.group(cls=ByPackage, context_settings={"max_content_width": 110})
def chizheng() -> None:
    """Training, exam, credential and public lookup for administrative-enforcement officers."""


certificates.add_command(verify)
certificates.add_command(authority)
for package in (people, questions, exam, certificates, log):
    chizheng.add_command(package)


@chizheng.group()
def audit() -> None:
    """The chain of everything that was done."""


@audit.command("verify")
def verify_audit() -> None:
    """Recompute every digest of the chain and name the first that does not follow."""
    with reading() as session:
        broken = broken_audit_entry(session)
    if broken is not None:
        console.print(_("第 %(number)s 条记录与前后不符，记录可能被改动。", number=broken + 1), style="red")
        sys.exit(1)
    console.print(str(_("操作记录完整，每一条都与前一条相连。")))


@chizheng.group()
def demo() -> None:
    """The demo city of 2017."""


@demo.command("load")
def demo_load() -> None:
    """Bring the database to its shape, and load the demo city where it is empty."""
    upgrade(current())
    _load_if_empty(Settings())


@demo.command("check")
def demo_check() -> None:
    """Print each published figure beside the computed one; exit 1 where they do not agree."""
    from app.demo.checking import check_demo

    sys.exit(0 if check_demo(Settings(), console) else 1)


@chizheng.command("migrate")
def migrate() -> None:
    """Bring the database to the shape that this version needs."""
    upgrade(current())


@chizheng.command("serve")
def serve_command() -> None:
    """Serve the platform; the database must be there."""
    settings = Settings()
    if not is_current(current()):
        _fail(_("数据库还没有升级到本版本，请先运行 chizheng migrate。"))
    _check_port(settings)
    _serve(settings)


@chizheng.command("run")
def run() -> None:
    """Migrate, load the demo city if the database is empty, print the accounts, and serve."""
    settings = Settings()
    _check_port(settings)
    upgrade(current())
    _load_if_empty(settings)
    _print_welcome(settings)
    _serve(settings)


def main() -> None:
    """Run the command in the language of the terminal; a refusal is a sentence, not a trace."""
    if not {"--help", "-h"} & set(sys.argv) and tuple(sys.argv[1:3]) not in STANDALONE:
        settings = Settings()
        use_keys(settings.secret_bytes)
        settings.var.mkdir(parents=True, exist_ok=True)
        connect(settings.database)
        use_signing_place(settings.signing_place)
    with _terminal_language():
        try:
            chizheng()
        except DomainError as error:
            _fail("\n".join(map(str, error.sentences)))


@contextmanager
def _terminal_language() -> Iterator[None]:
    app = Flask("app")
    speak(app)
    spoken = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    with app.test_request_context(), force_locale(LANGUAGES["en" if spoken.startswith("en") else "zh"]):
        yield


def _serve(settings: Settings) -> None:
    """Serve with no connection of this process left open: the serving process must inherit none."""
    disconnect()
    serve(settings)


def _load_if_empty(settings: Settings) -> None:
    with reading() as session:
        is_empty = session.scalar(select(Organisation.id).limit(1)) is None
    if is_empty:
        from app.demo.loading import load_demo

        load_demo(settings.address, console)


def _print_welcome(settings: Settings) -> None:
    console.print(f"\n[bold]{_('持证')}[/bold]  {settings.address}\n")
    with reading() as session:
        for account in demo_accounts(session):
            console.print(f"  {account.role_name:　<6}  {account.username:<10} {account.password}")
    console.print(f"\n{_('资格查询无需登录。按 Ctrl+C 停止。')}\n")


def _check_port(settings: Settings) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError:
            text = _("端口 %(port)s 已被占用。请停止占用它的程序，或用 PORT 换一个端口。", port=settings.port)
            _fail(text)


def _help(command: click.Command) -> str:
    return command.get_short_help_str(80)


def _fail(message: object) -> None:
    console.print(str(message), style="red")
    sys.exit(1)
