"""Which form the value of a metadata member has to have, in a few words. Pure."""

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec.inspect import (
    BoolType,
    DictType,
    FloatType,
    IntType,
    ListType,
    LiteralType,
    NoneType,
    StrType,
    StructType,
    Type,
    UnionType,
    VarTupleType,
    type_info,
)

from gateway.tenants.metadata import ClientMetadata

_TYPES: Mapping[str, Any] = {
    field.name: field.type for field in msgspec.structs.fields(ClientMetadata)
}


class WrongFormError(Exception):
    """The value is not of this form."""

    def __init__(self, form: str) -> None:
        super().__init__(form)
        self.form = form


def typed(name: str, value: object) -> Any:
    """The value as `ClientMetadata` has it. Raises WrongFormError, which tells nothing of the
    value, as msgspec would."""
    try:
        return msgspec.convert(value, _TYPES[name])
    except msgspec.ValidationError as cause:
        raise WrongFormError(form_of(name)) from cause


def form_of(name: str) -> str:
    return _words(type_info(_TYPES[name]))


def _words(kind: Type) -> str:
    match kind:
        case UnionType(types=kinds):
            return " or ".join(_words(one) for one in kinds if not isinstance(one, NoneType))
        case LiteralType(values=values):
            return f"one of {', '.join(map(str, values))}"
        case VarTupleType(item_type=item) | ListType(item_type=item):
            return f"a list, each {_words(item)}"
        case StrType():
            return "a text"
        case BoolType():
            return "true or false"
        case IntType() | FloatType():
            return "a number"
        case DictType() | StructType():
            return "an object"
    return "of another type"
