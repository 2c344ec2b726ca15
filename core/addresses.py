"""Whether an address that came with a request is one of our own pages."""

from urllib.parse import urlsplit


def own_address(target: str, fallback: str) -> str:
    """Return the target if it is a path on this site, else the fallback; never another host."""
    parts = urlsplit(target)
    is_path = target.startswith("/") and not target.startswith("//") and not parts.netloc
    return target if is_path and "\\" not in target else fallback
