"""The fine-line ground of a credential: curves that belong to its number and to no other.

Geometry only. The same number always gives the same curves, so a paper can be drawn again.
"""

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from itertools import pairwise
from math import cos, pi, sin

Point = tuple[float, float]
# A place on a curve and the direction in which the curve leaves it.
Motion = Callable[[float], tuple[float, float, float, float]]


@dataclass(frozen=True)
class Curve:
    """A start and cubic segments: two control points and an end each."""

    start: Point
    segments: tuple[tuple[Point, Point, Point], ...]


@dataclass(frozen=True)
class Pattern:
    """What the number decides about the curves; lengths are parts of the drawing's own size."""

    petals: int
    depth: float
    waves: int
    phase: float
    drift: float


def pattern_of(cert_no: str) -> Pattern:
    digest = sha256(cert_no.encode()).digest()
    share = [byte / 255 for byte in digest]
    return Pattern(
        petals=9 + digest[0] % 6,
        depth=0.30 + 0.14 * share[1],
        waves=5 + digest[2] % 3,
        phase=2 * pi * share[3],
        drift=0.26 + 0.12 * share[4],
    )


def rosette(pattern: Pattern, radius: float) -> Curve:
    """One closed curve of a rosette; drawn again and again, slightly turned, it makes the whole."""

    def motion(angle: float) -> tuple[float, float, float, float]:
        turn = pattern.petals * angle
        reach = radius * (1 - pattern.depth + pattern.depth * cos(turn))
        growth = -radius * pattern.depth * pattern.petals * sin(turn)
        c, s = cos(angle), sin(angle)
        return reach * c, reach * s, growth * c - reach * s, growth * s + reach * c

    return _curve(motion, 2 * pi, pattern.petals * 8)


def wave_bundle(pattern: Pattern, length: float, height: float) -> list[Curve]:
    """Lines that swing together across the page, each a little later and flatter than the last."""
    return [
        _wave(length, height * (1 - 0.11 * n), pattern.waves, pattern.phase + pattern.drift * n) for n in range(7)
    ]


def braid(length: float, height: float) -> list[Curve]:
    """One period of the border's braid: strands evenly spread over the swing, so that periods join."""
    return [_wave(length, height, 1, 2 * pi * n / 6) for n in range(6)]


def _wave(length: float, height: float, periods: int, phase: float) -> Curve:
    pace = 2 * pi * periods / length

    def motion(x: float) -> tuple[float, float, float, float]:
        return x, height * sin(pace * x + phase), 1, height * pace * cos(pace * x + phase)

    return _curve(motion, length, periods * 6)


def _curve(motion: Motion, end: float, steps: int) -> Curve:
    """Join the places by cubic segments that leave and arrive in the right direction (Hermite)."""
    third = end / steps / 3
    stops = [motion(end * n / steps) for n in range(steps + 1)]
    segments = tuple(
        ((x0 + dx0 * third, y0 + dy0 * third), (x1 - dx1 * third, y1 - dy1 * third), (x1, y1))
        for (x0, y0, dx0, dy0), (x1, y1, dx1, dy1) in pairwise(stops)
    )
    return Curve(stops[0][:2], segments)
