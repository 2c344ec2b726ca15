"""Who holds which of the credentials that are measured: the load knows it as whoever issued them. Pure."""

PER_UNIT = 100_000
HAN, NAMES = 0x4E00, 20_000


def number_of(place: int) -> str:
    """Return the number of the credential at a place, from 0."""
    return f"99{place // PER_UNIT:04d}{place % PER_UNIT:05d}"


def name_of(place: int) -> str:
    """Return the name of its holder, whom nobody else in the unit is called."""
    return chr(HAN + place % NAMES) + chr(HAN + place // NAMES % NAMES)


def unit_of(place: int) -> str:
    """Return the name of the holder's unit."""
    return f"查询单位{place // PER_UNIT}"


def word_of(place: int) -> str:
    """Return the word that the lookup answers with: one in twenty is cancelled, suspended, run out."""
    return {0: "已注销", 1: "暂扣中", 2: "已过期"}.get(place % 20, "有效")
