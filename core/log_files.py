"""The files in which heads and proofs of the public log are handed out, and reading them back.

Each is one JSON object that says in ``format`` what it is. What is read is checked for its shape alone;
whether it holds is asked of the values themselves.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from core.errors import InvalidError
from core.public_log import Extension, Head, Leaf, Proof, SignedHead, is_digest, written
from core.texts import Text, lazy_gettext as _

HEAD_FORMAT, PROOF_FORMAT = "chizheng log head 1", "chizheng log proof 1"
EXTENSION_FORMAT, KEPT_FORMAT = "chizheng log extension 1", "chizheng log heads kept 1"
MOST_CHARACTERS = 1_000_000
LONGEST_PATH = 64
Read = TypeVar("Read")


@dataclass(frozen=True)
class KeptHeads:
    """What somebody outside keeps from visit to visit: the heads seen, oldest first, and the key they trust."""

    key: str
    heads: tuple[SignedHead, ...]


def head_fields(signed: SignedHead) -> dict[str, Any]:
    """Return a signed head as plain values."""
    head = signed.head
    return {
        "size": head.size,
        "root": head.root,
        "signed_at": written(head.signed_at),
        "signature": signed.signature,
    }


def leaf_fields(leaf: Leaf) -> dict[str, Any]:
    """Return an entry as plain values."""
    return {
        "kind": leaf.kind,
        "subject": str(leaf.subject_id),
        "digest": leaf.digest,
        "logged_at": written(leaf.logged_at),
    }


def head_file(signed: SignedHead, key: str) -> dict[str, Any]:
    """Return a signed head as it is handed out, with the public key that checks it."""
    return {"format": HEAD_FORMAT, **head_fields(signed), "public_key": key}


def proof_file(proof: Proof, key: str) -> dict[str, Any]:
    """Return a proof of inclusion as it is handed out: the entry, the path, and the head it leads to."""
    return {
        "format": PROOF_FORMAT,
        "index": proof.index,
        "leaf": leaf_fields(proof.leaf),
        "path": list(proof.path),
        "head": head_fields(proof.signed),
        "public_key": key,
    }


def extension_file(extension: Extension) -> dict[str, Any]:
    """Return a proof of extension as it is handed out."""
    return {
        "format": EXTENSION_FORMAT,
        "from": extension.old_size,
        "to": extension.size,
        "path": list(extension.path),
    }


def kept_file(kept: KeptHeads) -> str:
    """Return the heads somebody keeps as the text of their file."""
    heads = [head_fields(one) for one in kept.heads]
    return json.dumps({"format": KEPT_FORMAT, "public_key": kept.key, "heads": heads}, indent=1) + "\n"


def read_head(content: str) -> tuple[SignedHead, str]:
    """Return the head in a file and the key that stands beside it."""
    return _read(
        content,
        (HEAD_FORMAT,),
        lambda said: (_head(said), _hex(said["public_key"])),
        _("这不是日志的签名快照文件，请选择从公开日志页下载的快照文件。"),
    )


def read_proof(content: str) -> tuple[Proof, str]:
    """Return the proof of inclusion in a file and the key that stands beside it."""
    return _read(
        content,
        (PROOF_FORMAT,),
        lambda said: (
            Proof(_count(said["index"]), _leaf(said["leaf"]), _path(said["path"]), _head(said["head"])),
            _hex(said["public_key"]),
        ),
        _("这不是日志的收录证明文件，请选择从公开日志页下载的证明文件。"),
    )


def read_extension(content: str) -> Extension:
    """Return the proof of extension in a file."""
    return _read(
        content,
        (EXTENSION_FORMAT,),
        lambda said: Extension(_count(said["from"]), _count(said["to"]), _path(said["path"])),
        _("这不是日志的延续证明文件，请选择从公开日志页下载的延续证明文件。"),
    )


def read_kept(content: str) -> KeptHeads:
    """Return the heads that somebody kept: in a file of their own, or one as it was handed out."""
    return _read(
        content,
        (KEPT_FORMAT, HEAD_FORMAT),
        lambda said: KeptHeads(_hex(said["public_key"]), tuple(map(_head, said.get("heads") or [said]))),
        _("保存快照的文件无法读取。请换一个文件名重新开始，或恢复原来的文件。"),
    )


def _read(content: str, wanted: Sequence[str], made: Callable[[Mapping[str, Any]], Read], otherwise: Text) -> Read:
    try:
        said = json.loads(content[:MOST_CHARACTERS])
        if said["format"] not in wanted:
            raise InvalidError(otherwise)
        return made(said)
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
        raise InvalidError(otherwise) from None


def _head(said: Mapping[str, Any]) -> SignedHead:
    head = Head(_count(said["size"]), _hex(said["root"]), datetime.fromisoformat(said["signed_at"]))
    written(head.signed_at)
    return SignedHead(head, str(said["signature"]))


def _leaf(said: Mapping[str, Any]) -> Leaf:
    leaf = Leaf(
        str(said["kind"]), UUID(said["subject"]), _hex(said["digest"]), datetime.fromisoformat(said["logged_at"])
    )
    written(leaf.logged_at)
    return leaf


def _path(said: Sequence[str]) -> tuple[str, ...]:
    if not isinstance(said, list) or len(said) > LONGEST_PATH:
        raise ValueError("no path is as long")
    return tuple(_hex(step) for step in said)


def _count(said: object) -> int:
    if not isinstance(said, int) or isinstance(said, bool) or not 0 <= said < 1 << 62:
        raise ValueError("a count is a whole number")
    return said


def _hex(said: object) -> str:
    if not isinstance(said, str) or not is_digest(said):
        raise ValueError("64 small hex digits are wanted")
    return said
