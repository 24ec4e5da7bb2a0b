"""Numbers that are written in Chinese characters: 七, 十二, 一百零二, 七〇二, 壹 as on a cheque, 廿一."""

from cn2an import cn2an

_AS_USUAL = str.maketrans({"廿": "二十", "卅": "三十", "〇": "零"})


def read_chinese(written: str) -> int | None:
    """The number that `written` says; None where its characters make no number, as those of 零十一."""
    try:
        return int(cn2an(written.translate(_AS_USUAL), "smart"))
    except (ValueError, KeyError):  # cn2an raises one or the other
        return None
