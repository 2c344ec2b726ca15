"""An Atom feed (RFC 4287) of what was published; equal entries give equal bytes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID
from xml.etree.ElementTree import Element, SubElement, register_namespace, tostring

ATOM = "http://www.w3.org/2005/Atom"
NEVER = datetime(1970, 1, 1, tzinfo=UTC)
register_namespace("", ATOM)


@dataclass(frozen=True)
class FeedEntry:
    """One publication: its key, what it is called, where it stands, who published it and when."""

    key: UUID
    title: str
    link: str
    summary: str
    author: str
    at: datetime


def atom_feed(title: str, link: str, entries: Sequence[FeedEntry]) -> bytes:
    """Return the feed, the newest entry first as handed in; an empty one was never updated."""
    root = Element(f"{{{ATOM}}}feed")
    _text(root, "title", title)
    _text(root, "id", link)
    _link(root, "alternate", link)
    _link(root, "self", f"{link}feed.atom")
    _text(root, "updated", _instant(max((one.at for one in entries), default=NEVER)))
    for one in entries:
        entry = SubElement(root, f"{{{ATOM}}}entry")
        _text(entry, "title", one.title)
        _text(entry, "id", one.key.urn)
        _link(entry, "alternate", one.link)
        _text(entry, "updated", _instant(one.at))
        _text(entry, "published", _instant(one.at))
        _text(SubElement(entry, f"{{{ATOM}}}author"), "name", one.author)
        _text(entry, "summary", one.summary)
    content: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return content


def _text(parent: Element, name: str, text: str) -> None:
    SubElement(parent, f"{{{ATOM}}}{name}").text = text


def _link(parent: Element, relation: str, address: str) -> None:
    SubElement(parent, f"{{{ATOM}}}link", rel=relation, href=address)


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
