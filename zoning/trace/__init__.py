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
    plain_field,
    remark,
    say,
)
from zoning.trace.plan_trace import Banding, ClauseMargin, Flips, Margins, QuotaTrace, Trace
from zoning.trace.records import (
    EachLanguage,
    Record,
    Said,
    Titles,
    days_of,
    titled,
)
from zoning.trace.written_records import LISTS, RecordWriter, WrittenRecords

__all__ = [
    "LISTS",
    "Banding",
    "ClauseMargin",
    "EachLanguage",
    "Field",
    "Flips",
    "Ids",
    "Margins",
    "Message",
    "QuotaTrace",
    "Record",
    "RecordWriter",
    "Remark",
    "Said",
    "Term",
    "Texts",
    "Titles",
    "Trace",
    "WrittenRecords",
    "amount",
    "as_message",
    "days_of",
    "in_languages",
    "joined",
    "plain_field",
    "remark",
    "say",
    "titled",
]
