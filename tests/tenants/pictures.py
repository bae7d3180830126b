"""Images by their headers: as much of each kind as tells how large it is."""

import struct


def png(width: int, height: int) -> bytes:
    header = struct.pack(">II5B", width, height, 8, 6, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + header + b"\0\0\0\0"


def jpeg(width: int, height: int, frame: int = 0xC0) -> bytes:
    application = b"\xff\xe0\x00\x10JFIF\0" + bytes(9)
    size = struct.pack(">HBHHB", 17, 8, height, width, 3)
    return b"\xff\xd8" + application + bytes([0xFF, frame]) + size + bytes(9) + b"\xff\xd9"


def webp_extended(width: int, height: int) -> bytes:
    sides = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return _riff(b"VP8X" + (10).to_bytes(4, "little") + bytes(4) + sides)


def webp_lossless(width: int, height: int) -> bytes:
    bits = (width - 1) | (height - 1) << 14
    data = b"\x2f" + bits.to_bytes(4, "little") + bytes(5)
    return _riff(b"VP8L" + len(data).to_bytes(4, "little") + data)


def webp_lossy(width: int, height: int) -> bytes:
    data = b"\0\0\0\x9d\x01\x2a" + struct.pack("<HH", width, height)
    return _riff(b"VP8 " + len(data).to_bytes(4, "little") + data)


def _riff(chunk: bytes) -> bytes:
    body = b"WEBP" + chunk
    return b"RIFF" + len(body).to_bytes(4, "little") + body
