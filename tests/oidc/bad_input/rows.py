"""What an endpoint makes of one parameter that is wrong, as a row of a table; and the requests that
follow from it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

OK = "ok"
INVALID = "invalid_request"
ENORMOUS = 16_385
ODD = {"a control character": "\x07", "a line break": "a\r\nb:c"}
Form = Mapping[str, str]
Case = tuple[str, str, str]
"""What is wrong, the request as it is written, and what it is answered with."""


@dataclass(frozen=True, slots=True)
class Row:
    absent: str
    """What a request without it is answered with: also where it is empty, or its name is written
    in capitals."""
    odd: str
    """What any text is that means nothing here."""
    foreign: str | None = None
    """What plain words in Japanese are; None: as any odd text."""
    good: str | None = None
    """Where the good request does not have it."""
    case: str | None = None
    """Of the good value with small letters for capitals; None: as any odd text."""
    most: int | None = None
    """Longer is refused with `long`; None: what bounds all parameters bounds it too."""
    long: str | None = None
    """None: as any odd text."""
    is_list: bool = False
    """It may be repeated; as all others it is malformed then."""
    wrong: Mapping[str, str] = field(default_factory=dict)
    """Values of its own."""


Table = Mapping[str, Row]


def cases(name: str, row: Row, form: Form, malformed: str = INVALID) -> Iterator[Case]:
    """`malformed`: what is said to whatever nobody can read."""
    rest = [(key, value) for key, value in form.items() if key != name]
    good = form.get(name, row.good)

    def with_(*values: str) -> str:
        return urlencode([*rest, *((name, value) for value in values)])

    yield "absent", with_(), row.absent
    yield "empty", with_(""), row.absent
    yield "empty twice", with_("", ""), row.absent if row.is_list else malformed
    yield "not ASCII", with_("花子"), row.foreign or row.odd
    for what, value in ODD.items():
        yield what, with_(value), row.odd
    if good is not None:
        yield "good", with_(good), OK
        yield "name in capitals", urlencode([*rest, (name.upper(), good)]), row.absent
        yield "repeated", with_(good, good), OK if row.is_list else malformed
        if good.swapcase() != good:
            yield "other case", with_(good.swapcase()), row.case or row.odd
    if row.most is not None:
        yield "too long", with_("x" * (row.most + 1)), row.long or row.odd
    yield "enormous", with_("x" * ENORMOUS), malformed
    yield "NUL", with_("a\0b"), malformed
    for what, broken in (("half an escape", "%"), ("no escape", "%zz"), ("no UTF-8", "%ff")):
        yield what, f"{with_()}&{name}={broken}", malformed
    for value, expected in row.wrong.items():
        yield repr(value), with_(value), expected
