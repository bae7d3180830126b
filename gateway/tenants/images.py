"""Which images may be a logo: small ones of three kinds, told by their own bytes.

No SVG: it can carry script (SVG 2 §14). Nothing is decoded; the headers say how large it is.
"""

from collections.abc import Callable

MAX_BYTES = 65_536
MAX_SIDE = 512

Size = tuple[int, int]
# SOF0 to SOF15 without DHT, JPG and DAC (ITU-T T.81 table B.1).
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


def problem_of_image(media_type: str, image: bytes) -> str | None:
    """What is wrong with it; None where it may be kept and shown."""
    if media_type not in _READERS:
        return f"one of {', '.join(_READERS)}"
    if not 0 < len(image) <= MAX_BYTES:
        return f"up to {MAX_BYTES} bytes"
    size = _READERS[media_type](image)
    if size is None:
        return f"the bytes are not those of {media_type}"
    if not all(1 <= side <= MAX_SIDE for side in size):
        return f"up to {MAX_SIDE} pixels high and wide"
    return None


def media_type_of(image: bytes) -> str | None:
    """Of the three kinds; None where it is none of them."""
    return next((name for name, size_of in _READERS.items() if size_of(image)), None)


def _png_size(image: bytes) -> Size | None:
    """The signature, then IHDR, which is always the first chunk (PNG §5.2, §5.6)."""
    if not image.startswith(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR") or len(image) < 33:
        return None
    return int.from_bytes(image[16:20], "big"), int.from_bytes(image[20:24], "big")


def _jpeg_size(image: bytes) -> Size | None:
    """From segment to segment until the frame's own (ITU-T T.81 §B.1.1.4, §B.2.2)."""
    if not image.startswith(b"\xff\xd8\xff"):
        return None
    at = 2
    while at + 9 <= len(image) and image[at] == 0xFF:
        length = int.from_bytes(image[at + 2 : at + 4], "big")
        if image[at + 1] in _FRAMES:
            height, width = image[at + 5 : at + 7], image[at + 7 : at + 9]
            return int.from_bytes(width, "big"), int.from_bytes(height, "big")
        if length < 2:
            return None
        at += 2 + length
    return None


def _webp_size(image: bytes) -> Size | None:
    """RFC 9649 §2.4 to §2.7: one RIFF file, whose first chunk tells the canvas."""
    whole = len(image) >= 30 and int.from_bytes(image[4:8], "little") + 8 == len(image)
    if not whole or image[:4] != b"RIFF" or image[8:12] != b"WEBP":
        return None
    match image[12:16]:
        case b"VP8X":
            sides = int.from_bytes(image[24:30], "little")
            return (sides & 0xFFFFFF) + 1, (sides >> 24) + 1
        case b"VP8L" if image[20] == 0x2F:
            bits = int.from_bytes(image[21:25], "little")
            return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
        case b"VP8 " if image[23:26] == b"\x9d\x01\x2a":  # RFC 6386 §9.1
            sides = int.from_bytes(image[26:30], "little")
            return sides & 0x3FFF, sides >> 16 & 0x3FFF
    return None


_READERS: dict[str, Callable[[bytes], Size | None]] = {
    "image/png": _png_size,
    "image/jpeg": _jpeg_size,
    "image/webp": _webp_size,
}
