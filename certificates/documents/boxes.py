"""Places and sizes on paper, in millimetres from the lower left corner."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Size:
    """How large a page or a card is."""

    width: float
    height: float


@dataclass(frozen=True)
class Box:
    """A place on the page."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """Return the right edge."""
        return self.x + self.width

    @property
    def top(self) -> float:
        """Return the upper edge."""
        return self.y + self.height

    @property
    def centre(self) -> float:
        """Return the middle from left to right."""
        return self.x + self.width / 2

    @property
    def middle(self) -> float:
        """Return the middle from bottom to top."""
        return self.y + self.height / 2

    def inset(self, by: float) -> "Box":
        """Return the box that lies this far within; less than nothing lets it grow."""
        return Box(self.x + by, self.y + by, self.width - 2 * by, self.height - 2 * by)
