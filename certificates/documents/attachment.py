"""What a face says, as data for a machine: the file that lies inside each printed credential.

It says what the paper says and no more: where category and area are left to the lookup, here too.
"""

from datetime import date

from certificates.documents.faces import CredentialFace
from certificates.documents.layouts import layout_of
from core.canonical import canonical_json

NAME = "credential.json"
# Whoever reads the file learns from it which fields to expect; another set of fields is another number.
FORMAT = "chizheng-credential-1"


def data_of(face: CredentialFace) -> bytes:
    """Return the fields of the face as canonical JSON; days are written YYYY-MM-DD."""
    fields = {name: _written(getattr(face, name)) for name in layout_of(face.profile).data}
    about = {
        "format": FORMAT,
        "is_sample": face.is_sample,
        "lookup_url": face.lookup_url,
        "profile": face.profile,
    }
    return canonical_json(about | fields).encode()


def _written(value: str | date) -> str:
    return value.isoformat() if isinstance(value, date) else value
