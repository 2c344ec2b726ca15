"""Background work on archives of photos: each is read picture by picture, in a process that may die of it.

What is read already is stored, so a run that is cut off goes on where it was.
"""

import tempfile
from uuid import UUID

from certificates.operations.photos import ReadFile, finish_reading, keep_read, refuse_archive
from certificates.queries.photos import READ_PHOTOS, archive_of, read_places
from core.db import reading, transaction
from core.errors import InvalidError
from core.jobs import Interrupted, Run, handles
from core.picture_reader import ArchiveReader

BATCH = 20


@handles(READ_PHOTOS)
def read_archive(run: Run) -> None:
    """Read every picture of an archive and store what became of it, a batch to a transaction."""
    intake_id = UUID(run.arguments["intake_id"])
    with reading() as session:
        data = archive_of(session, intake_id)
    if data is None:
        return
    with tempfile.TemporaryFile() as file:
        file.write(data)
        file.flush()
        try:
            with ArchiveReader(file) as archive:
                _read_all(run, intake_id, archive)
        except InvalidError as error:
            with transaction() as session:
                refuse_archive(session, intake_id, error.message)
            return
    with transaction() as session:
        finish_reading(session, intake_id)


def _read_all(run: Run, intake_id: UUID, archive: ArchiveReader) -> None:
    with reading() as session:
        done = read_places(session, intake_id)
    total = len(archive.names)
    left = [place for place in range(total) if place not in done]
    for start in range(0, len(left), BATCH):
        batch = []
        for place in left[start : start + BATCH]:
            if run.stopping.is_set():
                raise Interrupted
            read = archive.read(place)
            batch.append(ReadFile(place, archive.names[place], read.content, read.fault))
        with transaction() as session:
            keep_read(session, intake_id, batch)
            run.report(session, total - len(left) + start + len(batch), total)
        run.breathe()
