"""Which texts a page may show to a resident as they are: visible, and read from left to right."""

import unicodedata

# A full-width space stands between Japanese words and is no ASCII space, which isprintable() wants.
_FULL_WIDTH_SPACE = "\u3000"
# They count as letters or symbols and show nothing.
_BLANKS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
_FROM_THE_RIGHT = frozenset({"R", "AL", "AN"})
_MARKS = frozenset({"Mn", "Me"})
_MOST_MARKS = 2


def problem_of_text(text: str, longest: int) -> str | None:
    """What is wrong with it; None where it may be shown. Markup is text like any other: pages
    escape it."""
    if not 1 <= len(text) <= longest:
        return f"1 to {longest} characters"
    if text != text.strip():
        return "no space before or after it"
    if not text.replace(_FULL_WIDTH_SPACE, "").isprintable() or _BLANKS & set(text):
        # Also what turns the direction of writing, and what has no width.
        return "a character in it cannot be seen"
    if any(unicodedata.bidirectional(one) in _FROM_THE_RIGHT for one in text):
        return "a character in it is written from right to left"
    if _has_heap_of_marks(text):
        return "too many marks stand on one character"
    return None


def _has_heap_of_marks(text: str) -> bool:
    """Enough of them cover the lines above and below. One at the beginning would stand on what
    comes before the text."""
    marks = _MOST_MARKS
    for one in text:
        marks = marks + 1 if unicodedata.category(one) in _MARKS else 0
        if marks > _MOST_MARKS:
            return True
    return False
