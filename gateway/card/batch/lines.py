"""The batch contract: from a line of bytes to its answer, whatever the line is."""

import logging

from gateway.card.api import Reason
from gateway.card.batch.answer import of_unreadable, of_verification
from gateway.card.batch.check import RequestChecker
from gateway.card.batch.line import read_line
from gateway.card.batch.request import UnreadableLineError

logger = logging.getLogger(__name__)


async def answer_line(line: bytes, checker: RequestChecker) -> bytes:
    try:
        request = read_line(line)
    except UnreadableLineError as error:
        return of_unreadable(error)
    try:
        return of_verification(request.request_id, await checker.check(request))
    except Exception as error:
        # One line that we fail on must not cost the others their answers, and is never a yes.
        logger.exception("a line could not be checked")
        told = type(error).__name__
        failed = UnreadableLineError(Reason.MALFORMED_REQUEST, told, request.request_id)
        return of_unreadable(failed)
