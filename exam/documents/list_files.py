"""The files of a published list, by layout."""

from exam.documents.pass_list import draw_list
from exam.documents.pass_list_xlsx import list_workbook
from exam.list_faces import ListFace
from exam.list_states import ListLayout


def draw(face: ListFace, layout: ListLayout) -> bytes:
    """Return one file of a list; equal lists give equal bytes."""
    if layout is ListLayout.PDF:
        return draw_list(face)
    return list_workbook(face.people, face.units, are_names_off=face.are_names_off)
