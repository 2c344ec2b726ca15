"""The fine-line ground of a credential: curves that belong to its number and to no other.

Geometry only. The same number always gives the same curves, so a paper can be held against its number.
"""

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from itertools import pairwise
from math import cos, pi, sin

Point = tuple[float, float]
# A place on a curve and the direction in which the curve leaves it.
Motion = Callable[[float], tuple[float, float, float, float]]

BUNDLE = 6
STRANDS = 8


@dataclass(frozen=True)
class Curve:
    """A start and cubic segments: two control points and an end each."""

    start: Point
    segments: tuple[tuple[Point, Point, Point], ...]


@dataclass(frozen=True)
class Pattern:
    """What the number decides about the curves; lengths are parts of the drawing's own size."""

    petals: tuple[int, int, int]
    depth: float
    waves: int
    phase: float
    drift: float
    sway: float


@dataclass(frozen=True)
class Wreath:
    """One closed curve, and how often it is drawn, slightly turned each time, to make the whole."""

    curve: Curve
    petals: int
    turns: int

    @property
    def angles(self) -> tuple[float, ...]:
        """Return the turns in degrees, evenly spread over one petal."""
        return tuple(360 / self.petals / self.turns * turn for turn in range(self.turns))


def pattern_of(cert_no: str) -> Pattern:
    """Return what a number decides: bytes of its SHA-256, so that neighbours look nothing alike."""
    digest = sha256(cert_no.encode()).digest()
    share = [byte / 255 for byte in digest]
    return Pattern(
        petals=(18 + digest[0] % 9, 11 + digest[1] % 7, 7 + digest[2] % 5),
        depth=0.26 + 0.16 * share[3],
        waves=5 + digest[4] % 3,
        phase=2 * pi * share[5],
        drift=0.24 + 0.10 * share[6],
        sway=0.12 + 0.20 * share[7],
    )


def wreaths(pattern: Pattern, radius: float) -> tuple[Wreath, ...]:
    """Three wreaths round one middle: a narrow rim, a wide star, and a small one at the heart."""
    rim, star, heart = pattern.petals
    return (
        Wreath(rosette(radius, 0.11 + pattern.depth * 0.12, rim), rim, 7),
        Wreath(rosette(radius * 0.80, pattern.depth, star), star, 9),
        Wreath(rosette(radius * 0.42, pattern.depth * 1.15, heart), heart, 7),
    )


def rosette(radius: float, depth: float, petals: int) -> Curve:
    """One closed curve that swings between its radius and as far within as the depth says."""
    half = depth / 2

    def motion(angle: float) -> tuple[float, float, float, float]:
        turn = petals * angle
        reach = radius * (1 - half + half * cos(turn))
        growth = -radius * half * petals * sin(turn)
        c, s = cos(angle), sin(angle)
        return reach * c, reach * s, growth * c - reach * s, growth * s + reach * c

    return _curve(motion, 2 * pi, petals * 6)


def wave_bundle(pattern: Pattern, length: float, height: float) -> list[Curve]:
    """Lines that swing together across the page, each a little later and flatter than the last."""
    return [
        _wave(length, height * (1 - 0.12 * n), pattern, pattern.phase + pattern.drift * n) for n in range(BUNDLE)
    ]


def braid(pattern: Pattern, length: float, height: float) -> list[Curve]:
    """One period of a border: strands evenly spread over a swing that the number shapes; periods join."""
    return [_strand(length, height, pattern, 2 * pi * n / STRANDS) for n in range(STRANDS)]


def _wave(length: float, height: float, pattern: Pattern, phase: float) -> Curve:
    pace = 2 * pi * pattern.waves / length
    swing, sway = height * (1 - pattern.sway), height * pattern.sway

    def motion(x: float) -> tuple[float, float, float, float]:
        one, two = pace * x + phase, 2 * pace * x - phase
        rise = swing * cos(one) + 2 * sway * cos(two)
        return x, swing * sin(one) + sway * sin(two), 1, pace * rise

    return _curve(motion, length, pattern.waves * 7)


def _strand(length: float, height: float, pattern: Pattern, phase: float) -> Curve:
    """A sine whose height itself swings twice a period, so that the braid has knots and eyes."""
    pace, depth = 2 * pi / length, 0.18 + pattern.sway

    def motion(x: float) -> tuple[float, float, float, float]:
        one, two = pace * x + phase, 2 * pace * x + pattern.phase
        reach, change = 1 - depth + depth * cos(two), -2 * depth * sin(two)
        return x, height * reach * sin(one), 1, height * pace * (change * sin(one) + reach * cos(one))

    return _curve(motion, length, 10)


def _curve(motion: Motion, end: float, steps: int) -> Curve:
    """Join the places by cubic segments that leave and arrive in the right direction (Hermite)."""
    third = end / steps / 3
    stops = [motion(end * n / steps) for n in range(steps + 1)]
    segments = tuple(
        ((x0 + dx0 * third, y0 + dy0 * third), (x1 - dx1 * third, y1 - dy1 * third), (x1, y1))
        for (x0, y0, dx0, dy0), (x1, y1, dx1, dy1) in pairwise(stops)
    )
    return Curve(stops[0][:2], segments)
