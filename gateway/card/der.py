"""The outline of strict DER (X.690 §10.1): one tag and length at a time."""


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
    if start + 2 <= end and data[start] == tag and data[start + 1] < 0x80:
        # As below; most values are as short as this.
        content = start + 2
        content_end = content + data[start + 1]
        if content_end <= end:
            return content, content_end
    found, content, content_end = read_tlv(data, start, end)
    if found != tag:
        raise DerError("a value has another type than its place asks for")
    return content, content_end


def write_tlv(tag: int, content: bytes) -> bytes:
    length = len(content)
    if length < 0x80:
        return bytes((tag, length)) + content
    octets = length.to_bytes((length.bit_length() + 7) // 8)
    return bytes((tag, 0x80 | len(octets))) + octets + content
