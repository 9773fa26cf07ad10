"""The trace: why each thing is what it is, as records without a language; words come last, in ``maps.locale``."""

from zoning.trace.messages import (
    Field,
    Ids,
    Message,
    Remark,
    Term,
    Texts,
    amount,
    as_message,
    in_languages,
    joined,
    remark,
    said_from_json,
    said_json,
    say,
)

__all__ = [
    "Field",
    "Ids",
    "Message",
    "Remark",
    "Term",
    "Texts",
    "amount",
    "as_message",
    "in_languages",
    "joined",
    "remark",
    "said_from_json",
    "said_json",
    "say",
]
