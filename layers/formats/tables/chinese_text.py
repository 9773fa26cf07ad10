"""Texts in GB18030 that do not say so: whether bytes can hardly be anything else.

Bytes of other encodings often are valid GB18030, too: Korean ones nearly always. Chinese is what is left where the
signs are common ones, from the whole of the alphabet by which GB 2312 sorts them, and some of them stand in the names
and headings of planners.
"""

from __future__ import annotations

BOM = b"\x84\x31\x95\x33"
"""How a file in GB18030 begins that says so."""
_LEAST = 6
_PLAIN_SHARE, _COMMON_SHARE, _LATE_SHARE, _TELLING = 0.9, 0.8, 0.1, 2
_FIRST, _LATE, _LAST = 0xB0, 0xC9, 0xD7
"""Rows of GB 2312: its 3,755 common signs by their sound, those from r to z; hangul reaches from the first to 0xC8."""
_SIGNS = frozenset(
    "省市县区州镇乡村街道旗盟自治林地田水河湖山江名称代码面积人口类型编号土用草建设耕园单位年万元公顷数量总计东西南北中"
)


def is_clearly_chinese(content: bytes) -> bool:
    """Whether bytes that are not UTF-8 are Chinese in GB18030, and hardly anything else.

    Examples
    --------
    >>> is_clearly_chinese("昭通市,毕节市".encode("gb18030")), is_clearly_chinese("МОСКВА,РОСТОВ".encode("cp1251"))
    (True, False)
    >>> is_clearly_chinese("Zürich,Genève,Besançon".encode("cp1252"))
    False
    """
    if content.startswith(BOM):
        return True
    try:
        text = content.decode("gb18030")
    except UnicodeDecodeError:
        return False
    beyond = [one for one in text if not one.isascii()]
    rows = [one[0] for one in (sign.encode("gb2312", "ignore") for sign in beyond) if one]
    signs = [row for row in rows if row >= _FIRST]
    if (
        len(signs) < _LEAST
        or len(rows) < _PLAIN_SHARE * len(beyond)
        or any("\u3040" <= one < "\u3100" for one in beyond)
    ):
        return False
    common = [row for row in signs if row <= _LAST]
    late = [row for row in common if row >= _LATE]
    telling = sum(one in _SIGNS for one in beyond)
    return len(common) >= _COMMON_SHARE * len(signs) and len(late) >= _LATE_SHARE * len(signs) and telling >= _TELLING
