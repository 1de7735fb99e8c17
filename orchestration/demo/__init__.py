"""Synthetic deliveries in the shape of the real ones, for trying the warehouse without anybody's data.

Nothing in here describes a real person or a real OCMW; the published numbers that it is drawn around are in
`published_totals`. This package imports nothing from the rest of the project.
"""

from .demo import DemoSummary, InboxInUseError, write_demo

__all__ = ["DemoSummary", "InboxInUseError", "write_demo"]
