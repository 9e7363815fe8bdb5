"""Makes of each catalogue of translated sentences (.po) the file that Django reads (.mo).

Kept in the repository, as Django's own are: neither an image nor a test needs a compiler for it.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parents[1]


def compiled() -> Iterator[tuple[Path, bytes]]:
    """Yield the path and the content of each file to be made."""
    for source in sorted((ROOT / "app" / "backend" / "locale").glob("*/LC_MESSAGES/*.po")):
        made = io.BytesIO()
        with source.open("rb") as words:
            write_mo(made, read_po(words, locale=source.parts[-3], abort_invalid=True))
        yield source.with_suffix(".mo"), made.getvalue()
