"""What an answer says of which certificates are one person's. Pure: bytes and the question."""

from gateway.card.api import HolderAnswer, Predecessors
from plugins.verification_service.answer import read_answer
from plugins.verification_service.errors import UnusableError
from plugins.verification_service.wire import (
    HolderQuestion,
    HolderReply,
    PredecessorsQuestion,
    PredecessorsReply,
    identity_of,
)


def read_holder(unverified_body: bytes, question: HolderQuestion) -> HolderAnswer:
    """Raises UnusableError."""
    return read_answer(unverified_body, question, HolderReply).value


def read_predecessors(unverified_body: bytes, question: PredecessorsQuestion) -> Predecessors:
    """Raises UnusableError: one certificate in it that cannot be, and nothing of it counts."""
    answer = read_answer(unverified_body, question, PredecessorsReply)
    if not answer.known:
        if answer.predecessors:
            raise UnusableError("its answer names certificates that it does not know")
        return Predecessors(known=False)
    asked = identity_of(question.certificate)
    identities = tuple(identity_of(name) for name in answer.predecessors)
    if any(identity.anchor_set != asked.anchor_set for identity in identities):
        raise UnusableError("its answer names certificates of another type")
    if len({asked, *identities}) != 1 + len(identities):
        raise UnusableError("its answer names a certificate twice")
    return Predecessors(known=True, identities=identities)
