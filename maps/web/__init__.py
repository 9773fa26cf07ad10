"""The web map: a plan as one file that opens without a network, and what Python hands to its scripts."""

from maps.web.geometry_encoding import Arcs, encode_shapes
from maps.web.map_payload import map_payload_of, use_breaks
from maps.web.offline_page import LIBRARIES, OfflineFigure
from maps.web.payment_layer import FlowMarks, draw_payments, payments_payload
from maps.web.unit_details import ReasonTable, cards
from maps.web.web_map import draw, site_layers

__all__ = [
    "LIBRARIES",
    "Arcs",
    "FlowMarks",
    "OfflineFigure",
    "ReasonTable",
    "cards",
    "draw",
    "draw_payments",
    "encode_shapes",
    "map_payload_of",
    "payments_payload",
    "site_layers",
    "use_breaks",
]
