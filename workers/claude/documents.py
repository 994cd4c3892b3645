"""What a PDF costs at most: Claude reads each of its pages twice, as a picture and as text."""

from __future__ import annotations

import base64
import binascii
import hashlib

from workers.files.blocks import MOST_PAGES
from workers.files.pdf import letters_of, pages_of

PICTURE = 5_000
"""No picture counts more, and so no page's."""
TEXT = 3_000
"""Of a page that is full of it, as it is published."""
BYTES_PER_TOKEN = 2
"""Of text as a PDF holds it: one byte a letter, or two for scripts in which a letter is about a token."""
LEAST_BYTES_OF_A_PAGE = 500
MOST = 1_000_000
"""No model reads more."""
MOST_REMEMBERED = 256

_measured: dict[bytes, int] = {}


def document_at_most(data: str) -> int:
    """Return an estimate, rather too high, of the tokens of a PDF in base64; it goes out with every round of a turn."""
    name = hashlib.sha256(data.encode()).digest()
    if name not in _measured:
        if len(_measured) >= MOST_REMEMBERED:
            _measured.clear()
        _measured[name] = _at_most(data)
    return _measured[name]


def _at_most(data: str) -> int:
    try:
        content = base64.b64decode(data)
    except (binascii.Error, ValueError):
        return MOST
    # Of a file whose pages cannot be told only the size is known.
    pages = pages_of(content) or min(MOST_PAGES, 1 + len(content) // LEAST_BYTES_OF_A_PAGE)
    text = max(pages * TEXT, letters_of(content) // BYTES_PER_TOKEN)
    return min(pages * PICTURE + text, MOST)
