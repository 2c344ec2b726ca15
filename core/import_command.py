"""Importing a sheet from the command line: read first, then all or nothing in one transaction."""

from pathlib import Path
from typing import Any

from core.db import transaction
from core.import_kinds import ImportKind, import_read_sheet
from core.sheets import read_sheet
from core.texts import Text


def import_file(kind: ImportKind, path: Path, identity: Any) -> Text:
    """Import a file, or nothing of it; reading can take seconds and holds up no writer."""
    sheet = read_sheet(path.name, path.read_bytes())
    with transaction() as session:
        return import_read_sheet(session, kind, sheet, identity)
