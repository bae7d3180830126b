"""A form that brings one file: read strictly, and never more of it than a body may hold."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import Request

from gateway.errors import InvalidRequest

FORM = "multipart/form-data"
MAX_PARTS = 8
MAX_VALUE = 1_024
_MALFORMED = "the form is malformed or too large"


@dataclass(frozen=True, slots=True)
class Upload:
    """A form's parameters, and the bytes of its file; none where no file was chosen. The file's
    name and media type are the sender's word for it: nobody here has a use for them."""

    parameters: Mapping[str, str]
    content: bytes = field(repr=False)


async def form_with_file(request: Request, file_field: str) -> Upload:
    """As `form_parameters` reads them: each name once, an empty value is an absent one. Raises
    InvalidRequest, or BadRequest (413) where the body is over the limit (`limits.py`)."""
    media_type, options = parse_options_header(request.headers.get("content-type"))
    if media_type != FORM.encode() or not options.get(b"boundary"):
        raise InvalidRequest(f"the body must be {FORM}")
    parameters: dict[str, str] = {}
    files: dict[str, bytes] = {}
    for name, filename, content in _parts(await request.body(), options[b"boundary"]):
        if name in parameters or name in files:
            raise InvalidRequest("a parameter is repeated")
        if (filename is not None) != (name == file_field):
            raise InvalidRequest(_MALFORMED)
        if filename is not None:
            files[name] = content
        else:
            parameters[name] = _text(content)
    present = {name: value for name, value in parameters.items() if value}
    return Upload(present, files.get(file_field, b""))


def _parts(body: bytes, boundary: bytes) -> list[tuple[str, bytes | None, bytes]]:
    """Each part's name, the file's name where it is one, and its bytes."""
    # Starlette's own reader takes a form that breaks off for one that is whole.
    reader = _Reader()
    try:
        parser = MultipartParser(
            boundary,
            {
                "on_part_begin": reader.begin,
                "on_header_field": reader.header_name,
                "on_header_value": reader.header_value,
                "on_header_end": reader.header_end,
                "on_part_data": reader.data,
                "on_end": reader.end,
            },
        )
        parser.write(body)
    except FormParserError as cause:
        raise InvalidRequest(_MALFORMED) from cause
    if not reader.ended or len(reader.parts) > MAX_PARTS:
        raise InvalidRequest(_MALFORMED)
    return [part.read() for part in reader.parts]


@dataclass(slots=True)
class _Part:
    disposition: bytes = b""
    content: bytearray = field(default_factory=bytearray)

    def read(self) -> tuple[str, bytes | None, bytes]:
        kind, options = parse_options_header(self.disposition)
        if kind != b"form-data" or not options.get(b"name"):
            raise InvalidRequest(_MALFORMED)
        return _text(options[b"name"]), options.get(b"filename"), bytes(self.content)


@dataclass(slots=True)
class _Reader:
    """Keeps what the parser comes upon; of a part's headers, the one that names it."""

    parts: list[_Part] = field(default_factory=list)
    ended: bool = False
    _name: bytes = b""
    _value: bytes = b""

    def begin(self) -> None:
        self.parts.append(_Part())

    def header_name(self, data: bytes, start: int, end: int) -> None:
        self._name += data[start:end]

    def header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def header_end(self) -> None:
        if self._name.lower() == b"content-disposition":
            self.parts[-1].disposition = self._value
        self._name = self._value = b""

    def data(self, data: bytes, start: int, end: int) -> None:
        self.parts[-1].content += data[start:end]

    def end(self) -> None:
        self.ended = True


def _text(value: bytes) -> str:
    if len(value) > MAX_VALUE or b"\0" in value:
        raise InvalidRequest(_MALFORMED)
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError as cause:
        raise InvalidRequest(_MALFORMED) from cause
