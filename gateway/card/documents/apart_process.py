"""The program that reads documents, one after the other: `python -m
gateway.card.documents.apart_process`. It is given no secret and writes no log.

Whatever a document does to it, it does to a process that holds nothing else.
"""

import logging
import os
import resource
import warnings
from importlib import import_module
from typing import BinaryIO

from gateway.card.api import CertificateError, Reason
from gateway.card.documents.frames import (
    LENGTH_OCTETS,
    LONGEST_ANSWER,
    decode_document,
    encode_answer,
    frame,
)
from gateway.card.documents.model import DocumentFormat, ReadDocument
from gateway.card.documents.unreadable import unreadable

MOST_MEMORY = 1 << 30
"""Octets of address space, which is several times what is really used."""
CPU_SECONDS = 15
"""For one document. The gateway waits less; this ends a process that nobody waits for any more."""

# Loaded with the first document of their kind: pyHanko and lxml take 50 MB.
_READERS = {
    DocumentFormat.CMS: ("gateway.card.documents.cms", "read_cms"),
    DocumentFormat.PDF: ("gateway.card.documents.pdf", "read_pdf"),
    DocumentFormat.XML: ("gateway.card.documents.xml", "read_xml"),
}


def main() -> None:
    requests, answers = _pipes()
    _restrain()
    while len(head := requests.read(LENGTH_OCTETS)) == LENGTH_OCTETS:
        _allow_more_time()
        answers.write(frame(answer(requests.read(int.from_bytes(head)))))
        answers.flush()


def answer(payload: bytes) -> bytes:
    """What is told of one document, whatever it is."""
    try:
        document = decode_document(payload)
        module, name = _READERS[document.format]
        read: ReadDocument = getattr(import_module(module), name)
        told = encode_answer(read(document))
        if len(told) > LONGEST_ANSWER:
            raise CertificateError(Reason.DOCUMENT_TOO_COMPLEX, "too many signatures")
        return told
    except CertificateError as error:
        return encode_answer(error)
    except Exception as error:  # noqa: BLE001 - libraries raise whatever the bytes make them
        return encode_answer(unreadable(error))


def _pipes() -> tuple[BinaryIO, BinaryIO]:
    """Standard input and output, which nothing else of the process reads or writes from here on."""
    requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nothing, descriptor)
    os.close(nothing)
    return requests, answers


def _restrain() -> None:
    logging.disable()  # a library's line could hold a part of a document
    warnings.simplefilter("ignore")
    os.nice(10)  # requests come first
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def _allow_more_time() -> None:
    used = resource.getrusage(resource.RUSAGE_SELF)
    until = int(used.ru_utime + used.ru_stime) + CPU_SECONDS
    resource.setrlimit(resource.RLIMIT_CPU, (until, resource.RLIM_INFINITY))


if __name__ == "__main__":
    main()
