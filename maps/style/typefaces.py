"""Typefaces of our pages, held by the pages: Inter and a serif for the map, Source Sans 3 for what is printed.

All are subsets of Latin letters. For what they have no letters of, such as Chinese, and
where a page may not hold them, the fonts of the system stand in.
"""

from __future__ import annotations

import base64
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "fonts"
FACES = {"Inter": "inter.woff2", "Zoneplan Serif": "zoneplan_serif.woff2"}
"""The second is Source Serif 4 under a name of its own, as its licence asks of a subset."""


@cache
def font_faces() -> str:
    """The typefaces as rules of CSS that hold the files themselves.

    Examples
    --------
    >>> font_faces().count("@font-face"), "https:" in font_faces()
    (2, False)
    """
    return "".join(
        f'@font-face{{font-family:"{name}";font-weight:400 700;font-display:block;src:url(data:font/woff2;base64,'
        f'{base64.b64encode((FOLDER / file).read_bytes()).decode("ascii")}) format("woff2")}}\n'
        for name, file in FACES.items()
    )


PRINTED = {400: "source_sans_3_400.woff2", 600: "source_sans_3_600.woff2"}
"""Source Sans 3 as it is packaged, by weight."""
IDEOGRAPHS = frozenset({"zh", "ja", "ko"})
"""Languages whose own faces have the letters and digits that go with them."""


@cache
def printed_faces(language: str) -> str:
    """The typeface of report and dossier as rules of CSS; none where the fonts of the system are the better ones.

    Examples
    --------
    >>> printed_faces("en").count("@font-face"), printed_faces("zh")
    (2, '')
    """
    if language.partition("-")[0] in IDEOGRAPHS:
        return ""
    return "".join(
        f'@font-face{{font-family:"Source Sans 3";font-weight:{weight};src:url(data:font/woff2;base64,'
        f'{base64.b64encode((FOLDER / file).read_bytes()).decode("ascii")}) format("woff2")}}\n'
        for weight, file in PRINTED.items()
    )
