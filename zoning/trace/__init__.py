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
    message_from_json,
    remark,
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
    "message_from_json",
    "remark",
    "say",
]
