"""Which software a client says it is (RFC 7591 §2): for operators to read, decided on by nobody."""

from gateway.tenants.metadata import ClientMetadata, MetadataError
from gateway.tenants.texts import problem_of_text

_LONGEST = {"software_id": 255, "software_version": 100}


def check_software(metadata: ClientMetadata) -> None:
    for name, longest in _LONGEST.items():
        text = getattr(metadata, name)
        problem = None if text is None else problem_of_text(text, longest)
        if problem is not None:
            raise MetadataError(name, problem)
