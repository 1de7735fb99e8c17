"""What the answer quotes per annex kind: one function a kind, found by the kind's key."""

from __future__ import annotations

from collections.abc import Callable

from exports.answering import flows, rates
from exports.answering.blocks import Block
from exports.answering.headlines import Headlines

STATEMENTS: dict[str, Callable[[Headlines], list[Block]]] = {
    "1": flows.started,
    "2": flows.profile,
    "3": rates.subsidies,
    "4": flows.ended,
    "5": flows.outflow,
    "6": flows.transmissions,
    "ratio": rates.ratio,
    "intake": rates.intake,
    "aftercare": rates.aftercare,
}
"""An annex kind without a function is presented without headline figures."""
