"""Counts SMS segments as they are billed: in UTF-16 units where a character needs them, else in units of the GSM
alphabet."""

_GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
_TWICE = frozenset("^{}\\[~]|€")
_CHINESE = (70, 67)
_LATIN = (160, 153)


def units(text: str) -> int:
    """The length of `text` in the units in which it is sent."""
    if _is_gsm(text):
        return sum(2 if character in _TWICE else 1 for character in text)
    return len(text.encode("utf-16-be")) // 2


def segments(text: str) -> int:
    """The number of messages that `text` is billed as. The signature 【…】 is part of `text`."""
    one, each = _LATIN if _is_gsm(text) else _CHINESE
    length = units(text)
    return 1 if length <= one else -(-length // each)


def _is_gsm(text: str) -> bool:
    return all(character in _GSM or character in _TWICE for character in text)
