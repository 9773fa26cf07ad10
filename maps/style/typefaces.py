"""Typefaces of our pages: Inter for what is pressed and read in passing, a serif for what is said; both in the page.

Both are subsets of Latin letters, in weights from 400 to 700. For what they have no letters of, such as Chinese, and
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
