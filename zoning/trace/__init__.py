"""The trace: why each thing is what it is, as records without a language; words come last, in ``maps.locale``."""

from zoning.trace.messages import Field, Message, joined, message_from_json, say

__all__ = ["Field", "Message", "joined", "message_from_json", "say"]
