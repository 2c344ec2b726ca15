"""Bytes as the 45 characters that a QR code packs most densely (RFC 9285). Pure."""

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
_VALUES = {character: value for value, character in enumerate(ALPHABET)}
_SINGLE, _PAIR = 0xFF, 0xFFFF


def encoded(data: bytes) -> str:
    """Return three characters for every two bytes, and two for a last single one."""
    pairs = (data[at : at + 2] for at in range(0, len(data), 2))
    return "".join(_written(int.from_bytes(pair, "big"), 1 + len(pair)) for pair in pairs)


def decoded(text: str) -> bytes:
    """Return the bytes of a text; one that no bytes are written as is a ``ValueError``."""
    return b"".join(_read(text[at : at + 3]) for at in range(0, len(text), 3))


def _written(value: int, length: int) -> str:
    characters = ""
    for _place in range(length):
        value, digit = divmod(value, 45)
        characters += ALPHABET[digit]
    return characters


def _read(characters: str) -> bytes:
    if len(characters) < 2 or not set(characters) <= _VALUES.keys():
        raise ValueError("not base45")
    value = sum(_VALUES[character] * 45**place for place, character in enumerate(characters))
    if value > (_PAIR if len(characters) == 3 else _SINGLE):
        raise ValueError("not base45")
    return value.to_bytes(len(characters) - 1, "big")
