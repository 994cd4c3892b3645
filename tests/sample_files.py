"""Files as people attach them, made by hand: each is what its format says, and no larger than a test needs."""

from __future__ import annotations

import struct
import zlib


def png(width: int = 2, height: int = 2, *, depth_and_colour: bytes = b"\x08\x00", padding: int = 0) -> bytes:
    """Return a grey picture; `padding` bytes that no compression takes away make it as large as wanted."""
    rows = zlib.compress(b"".join(b"\0" + b"\x80" * width for _ in range(min(height, 64))))
    head = struct.pack(">II", width, height) + depth_and_colour + b"\0\0\0"
    note = b"note\0" + bytes(range(256)) * (padding // 256)
    chunks = ((b"IHDR", head), (b"tEXt", note), (b"IDAT", rows), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(map(_chunk, chunks))


def _chunk(named: tuple[bytes, bytes]) -> bytes:
    name, data = named
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def gif(width: int = 2, height: int = 2) -> bytes:
    return b"GIF89a" + struct.pack("<HH", width, height) + b"\x00\x00\x00\x2c\x00\x00\x00\x3b"


def jpeg(width: int = 2, height: int = 2) -> bytes:
    """Return a JPEG with a preview of its own inside, as cameras make them."""
    preview = b"Exif\0\0\xff\xd8\xff\xc0\x00\x0b\x08\x00\x01\x00\x01\x01\x01\x11\x00\xff\xd9"
    exif = b"\xff\xe1" + struct.pack(">H", len(preview) + 2) + preview
    frame = b"\xff\xc0" + struct.pack(">HBHHB", 11, 8, height, width, 1) + b"\x01\x11\x00"
    return b"\xff\xd8" + exif + frame + b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00" + b"\x55" * 64 + b"\xff\xd9"


def webp(width: int = 2, height: int = 2) -> bytes:
    body = b"WEBPVP8X" + struct.pack("<I", 10) + b"\0\0\0\0" + _three(width - 1) + _three(height - 1)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _three(number: int) -> bytes:
    return number.to_bytes(3, "little")


def pdf(pages: int = 1, *, is_packed: bool = False, more: bytes = b"") -> bytes:
    """Return a PDF; newer programs pack the list of its pages."""
    objects = b"\n".join(b"%d 0 obj << /Type /Page >> endobj" % number for number in range(3, pages + 3))
    if is_packed:
        stream = zlib.compress(objects)
        objects = b"9 0 obj << /Type /ObjStm /Length %d >>\nstream\n" % len(stream) + stream + b"\nendstream endobj"
    return b"%PDF-1.7\n1 0 obj << /Type /Pages >> endobj\n" + objects + b"\n" + more + b"\ntrailer << >>\n%%EOF\n"


def dense_pdf(pages: int, letters: int) -> bytes:
    """Return a PDF whose pages show so many letters each, packed as programs do it."""
    shown = b"BT " + b"".join(b"(%b) Tj " % (b"words of a line " * 5) for _ in range(letters // 80)) + b"ET"
    packed = zlib.compress(shown)
    content = b"90 0 obj << /Length %d /Filter /FlateDecode >>\nstream\n%b\nendstream endobj\n" % (len(packed), packed)
    return pdf(pages, more=content * pages)


def encrypted_pdf() -> bytes:
    """Return a PDF that is encrypted as newer programs do it (AES, 256 bits), without a password that is known."""
    names = {48: b"/O /U", 32: b"/OE /UE", 16: b"/Perms"}
    keys = b" ".join(name + b" <" + b"61" * size + b">" for size, some in names.items() for name in some.split())
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [] /Count 0 >>",
        b"<< /Filter /Standard /V 5 /R 6 /Length 256 /P -4 /StmF /C /StrF /C /CF << /C << /CFM /AESV3 >> >> "
        + keys
        + b" >>",
    ]
    whole, places = b"%PDF-2.0\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(whole))
        whole += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    rows = b"".join(b"%010d 00000 n \n" % place for place in places)
    table = b"xref\n0 4\n0000000000 65535 f \n" + rows
    end = b"trailer\n<< /Size 4 /Root 1 0 R /Encrypt 3 0 R /ID [<61> <61>] >>\nstartxref\n%d\n%%%%EOF\n" % len(whole)
    return whole + table + end
