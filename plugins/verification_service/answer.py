"""Reading an answer: of the documented shape, and to the very question that was asked."""

from typing import TypeVar

from plugins.verification_service.errors import UnusableError
from plugins.verification_service.strict_json import convert, read_object
from plugins.verification_service.wire import Question

A = TypeVar("A", bound=Question)


def read_answer(unverified_body: bytes, question: Question, shape: type[A]) -> A:
    """`shape` extends the question's. Raises UnusableError."""
    answer = convert(read_object(unverified_body), shape)
    for name in question.__struct_fields__:
        if getattr(answer, name) != getattr(question, name):
            raise UnusableError("its answer is to another question")
    return answer
