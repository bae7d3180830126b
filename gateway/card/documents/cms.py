"""A CMS document (RFC 5652): one SignedData, with its content in it or beside it."""

from gateway.card.documents.content import content_of
from gateway.card.documents.model import ReadSignature, UnverifiedDocument
from gateway.card.documents.signed_data import read_signed_data


def read_cms(document: UnverifiedDocument) -> tuple[ReadSignature, ...]:
    content = None if document.content is None else content_of(document.content)
    return read_signed_data(document.document, content)
