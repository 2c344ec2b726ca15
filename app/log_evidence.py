"""What ``chizheng log verify`` goes by: files that somebody saved, and what the public page answers.

Files come first; whatever is missing is asked of the site, where one is named. No database is opened.
"""

import hashlib
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlencode, urlsplit
from urllib.request import urlopen

from core.errors import InvalidError
from core.log_files import MOST_CHARACTERS, KeptHeads, read_extension, read_head, read_kept, read_proof
from core.public_log import Extension, Proof, SignedHead
from core.signing import public_key_in
from core.texts import lazy_gettext as _

SECONDS = 20
OWN_HOSTS = {"localhost", "127.0.0.1", "::1"}


class NotInLog(Exception):  # noqa: N818 - it is an answer
    """The site has no such entry."""


class Unreachable(Exception):  # noqa: N818 - it is an answer: nothing could be found out
    """The site could not be asked; the argument is the address."""


@dataclass(frozen=True)
class Asked:
    """What was handed to the command; every part of it may be missing."""

    document: Path | None = None
    proof: Path | None = None
    head: Path | None = None
    extension: Path | None = None
    keep: Path | None = None
    site: str | None = None
    key: str | None = None


@dataclass(frozen=True)
class Evidence:
    """What there is to go by.

    ``key`` checks the signatures; ``beside`` is the one that came with proof or head, and ``is_trusted``
    says whether ``key`` comes from somewhere better than the very file that it is to check.
    """

    digest: str | None
    proof: Proof | None
    head: SignedHead
    beside: str
    key: str
    is_trusted: bool
    kept: KeptHeads | None


def evidence_for(asked: Asked) -> Evidence:
    """Return what there is to go by, or say that it is nothing."""
    digest = _digest_of(asked.document) if asked.document else None
    proof, proof_key, is_proof_fetched = _proof(asked, digest)
    head, head_key, is_head_fetched = _head(asked, proof)
    beside, is_fetched = (head_key, is_head_fetched) if head_key else (proof_key, is_proof_fetched)
    kept = read_kept(_content(asked.keep)) if asked.keep and asked.keep.exists() else None
    known = _named_key(asked) or (kept.key if kept else None)
    is_trusted = known is not None or (is_fetched and _is_safe(asked.site))
    return Evidence(digest, proof, head, beside, known or beside, is_trusted, kept)


def extension_for(asked: Asked, old: SignedHead, new: SignedHead) -> Extension | None:
    """Return the proof that the log of one head extends that of the other, where there is one."""
    if asked.extension is not None:
        return read_extension(_content(asked.extension))
    first, last = sorted((old.head.size, new.head.size))
    if asked.site is None or not 0 < first < last:
        return None
    try:
        return read_extension(_fetched(asked.site, "consistency", {"from": str(first), "to": str(last)}))
    except (NotInLog, Unreachable):
        return None


def _proof(asked: Asked, digest: str | None) -> tuple[Proof | None, str, bool]:
    if asked.proof is not None:
        return *read_proof(_content(asked.proof)), False
    if digest is not None and asked.site is not None:
        return *read_proof(_fetched(asked.site, "proof", {"digest": digest})), True
    return None, "", False


def _head(asked: Asked, proof: Proof | None) -> tuple[SignedHead, str, bool]:
    if asked.head is not None:
        return *read_head(_content(asked.head)), False
    if proof is not None:
        return proof.signed, "", False
    if asked.site is not None:
        return *read_head(_fetched(asked.site, "head", {})), True
    raise InvalidError(_("没有可供核对的内容。请用 --proof 或 --head 指定文件，或用 --from 指定网站地址。"))


def _named_key(asked: Asked) -> str | None:
    if asked.key is None:
        return None
    path = Path(asked.key)
    found = public_key_in(_content(path) if path.is_file() else asked.key)
    if found is None:
        raise InvalidError(_("公钥无法识别。请填写 64 位十六进制公钥，或 PEM 文件的路径。"))
    return found


def _digest_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _content(path: Path) -> str:
    with path.open(encoding="utf-8-sig", errors="replace") as file:
        return file.read(MOST_CHARACTERS)


def _is_safe(site: str | None) -> bool:
    """Say whether nobody on the way could have put a key of their own in the answer."""
    parts = urlsplit(site or "")
    return parts.scheme == "https" or parts.hostname in OWN_HOSTS


def _fetched(site: str, path: str, asked: dict[str, str]) -> str:
    address = f"{site.rstrip('/')}/api/log/{path}" + (f"?{urlencode(asked)}" if asked else "")
    if urlsplit(address).scheme not in {"http", "https"}:
        raise InvalidError(_("网址应以 http:// 或 https:// 开头，例如 https://example.gov.cn。"))
    try:
        with urlopen(address, timeout=SECONDS) as answer:  # noqa: S310 - the scheme was checked above
            content: bytes = answer.read(MOST_CHARACTERS)
    except HTTPError as error:
        error.close()
        raise (NotInLog if error.code == 404 else Unreachable)(address) from None
    except (OSError, HTTPException, ValueError):
        raise Unreachable(address) from None
    return content.decode("utf-8", errors="replace")
