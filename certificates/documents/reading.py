"""What a document says aloud, and in which order: the tree that becomes the tags of the PDF.

Whoever cannot see a paper has it read out along this tree. What only decorates has no part in it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

Bounds = tuple[float, float, float, float]


@dataclass
class Part:
    """One element: either a piece of one page's content, or a group of other parts.

    ``role`` is a standard structure type of ISO 32000-1, 14.8.4; ``content`` is the page and the number
    of the marked content there; ``alt`` says in words what a picture shows; ``bounds`` are in points.
    """

    role: str
    alt: str = ""
    lang: str = ""
    content: tuple[int, int] | None = None
    bounds: Bounds | None = None
    parts: list["Part"] = field(default_factory=list)

    def leaves(self) -> Iterator["Part"]:
        """Return every part that stands on a page, in the order in which it is read."""
        if self.content is not None:
            yield self
        for part in self.parts:
            yield from part.leaves()
