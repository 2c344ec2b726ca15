"""Numbers as people type them: brought into one written form, whatever their keyboard did to them."""

import re
import unicodedata

_BLANKS = re.compile(r"[\s\u00ad\u200b-\u200d\u2060\ufeff]+")


def written(typed: str) -> str:
    """Return half-width capitals without blanks; the same again for what is written so already.

    A blank that goes may have kept a letter from its accent, so letters are joined once more after it.
    """
    half_width = unicodedata.normalize("NFKC", typed)
    return unicodedata.normalize("NFKC", _BLANKS.sub("", half_width)).upper()
