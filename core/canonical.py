"""Values as the one JSON text that digests are taken of: equal values give equal texts. Pure."""

import json
from typing import Any


def canonical_json(body: Any) -> str:
    """Return a value as JSON with sorted keys, without blanks, every character as itself."""
    return json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
