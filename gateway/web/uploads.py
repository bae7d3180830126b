"""A form that brings one file: read strictly, and never more of it than a body may hold."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request

from gateway.errors import InvalidRequest

MAX_FIELDS = 8
MAX_VALUE = 1_024
FORM = "multipart/form-data"
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
    media_type = request.headers.get("content-type", "").partition(";")[0]
    if media_type.strip().lower() != FORM:
        raise InvalidRequest(f"the body must be {FORM}")
    try:
        async with request.form(
            max_files=1, max_fields=MAX_FIELDS, max_part_size=MAX_VALUE
        ) as form:
            parts = form.multi_items()
            if len({name for name, _ in parts}) < len(parts):
                raise InvalidRequest("a parameter is repeated")
            content = b""
            parameters: dict[str, str] = {}
            for name, value in parts:
                if isinstance(value, UploadFile) != (name == file_field):
                    raise InvalidRequest(_MALFORMED)
                if isinstance(value, UploadFile):
                    content = await value.read()
                elif value:
                    parameters[name] = value
    except HTTPException as cause:
        raise InvalidRequest(_MALFORMED) from cause
    if any("\0" in name + value for name, value in parameters.items()):
        raise InvalidRequest("a parameter holds a NUL")
    return Upload(parameters, content)
