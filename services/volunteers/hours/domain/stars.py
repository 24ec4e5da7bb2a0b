"""Stars, and the form in which hours are shown. Minutes are whole everywhere, and nothing is ever rounded up."""

STARS = (100, 300, 600, 1_000, 1_500)
"""The hours that earn one star, two, and so on."""


def stars_of(minutes: int) -> int:
    """The number of stars that `minutes` have earned."""
    return sum(minutes >= hours * 60 for hours in STARS)


def hours_text(minutes: int) -> str:
    """`minutes` as hours with two decimals, cut and not rounded: `99.98` for 5,999 minutes."""
    whole, rest = divmod(abs(minutes), 60)
    return f"{'-' if minutes < 0 else ''}{whole}.{rest * 100 // 60:02}"
