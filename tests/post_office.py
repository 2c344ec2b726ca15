"""A real SMTP server in this process: it keeps what it takes, and refuses or hangs up where it is told."""

from dataclasses import dataclass
from types import TracebackType
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.browser import free_port


@dataclass(frozen=True)
class Arrived:
    """One mail as it came over the line."""

    sender: str
    to: list[str]
    content: bytes


class PostOffice:
    """Listens on a free port of this machine from entering to leaving."""

    def __init__(self) -> None:
        self.taken: list[Arrived] = []
        self.refuse: dict[str, str] = {}
        self.hang_up_at = ""
        self._controller = Controller(self, hostname="127.0.0.1", port=free_port())

    def __enter__(self) -> "PostOffice":
        self._controller.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._controller.stop()

    @property
    def port(self) -> int:
        return int(self._controller.port)

    async def handle_MAIL(  # noqa: N802 - the library's name
        self, server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.mail_from = address
        return self._answer(server, "MAIL")

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = self._answer(server, "RCPT")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        if "DATA" in self.refuse:
            return self.refuse["DATA"]
        content: Any = envelope.original_content
        self.taken.append(Arrived(envelope.mail_from or "", list(envelope.rcpt_tos), content))
        return self._answer(server, "END")

    async def handle_QUIT(self, server: SMTP, _session: Session, _envelope: Envelope) -> str:  # noqa: N802
        return self.refuse.get("QUIT", "221 Bye")

    def _answer(self, server: SMTP, stage: str) -> str:
        if self.hang_up_at == stage:
            server.transport.abort()
        return self.refuse.get(stage, "250 OK")
