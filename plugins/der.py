"""Reading strict DER (X.690 §10.1): one tag and length at a time."""

BOOLEAN, INTEGER, BIT_STRING, OCTET_STRING, OID = 0x01, 0x02, 0x03, 0x04, 0x06
ENUMERATED, UTC_TIME, GENERALIZED_TIME, SEQUENCE = 0x0A, 0x17, 0x18, 0x30
TRUE = b"\xff"


class DerError(ValueError):
    """The bytes are not DER of the form that was looked for."""


def read_tlv(data: bytes, start: int, end: int) -> tuple[int, int, int]:
    """Tag, start and end of the content of the value at `start`, which must end by `end`."""
    if start + 2 > end:
        raise DerError("it ends early")
    tag, length = data[start], data[start + 1]
    content = start + 2
    if length & 0x80:
        size = length & 0x7F
        if not 1 <= size <= 4 or content + size > end:
            raise DerError("a length is indefinite or too long")
        length = int.from_bytes(data[content : content + size])
        if length < 0x80 or length >> (8 * (size - 1)) == 0:
            raise DerError("a length is not minimal")
        content += size
    if content + length > end:
        raise DerError("a length reaches past the end")
    return tag, content, content + length


def expect_tlv(data: bytes, start: int, end: int, tag: int) -> tuple[int, int]:
    """Start and end of the content of a value that must carry `tag`."""
    if start < end and data[start] != tag:
        raise DerError("a value has another type than its place asks for")
    _, content, content_end = read_tlv(data, start, end)
    return content, content_end


def write_tlv(tag: int, content: bytes) -> bytes:
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    octets = size.to_bytes((size.bit_length() + 7) // 8)
    return bytes((tag, 0x80 | len(octets))) + octets + content
