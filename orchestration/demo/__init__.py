"""Synthetic deliveries in the shape of the real ones, for trying the warehouse without anybody's data.

Nothing in here describes a real person or a real OCMW; the published numbers that it is drawn around are in
`published_totals`. This package imports nothing from the rest of the project.

About 3 % of the clients begin with a bis number and get their national register number in the middle of their first
trajectory. That trajectory stays under the former number; what happens after the change comes under the new one, and
`insz_wijzigingen` says so with the deliveries of that year. Some changes come wrong at first, or are withdrawn.
"""

from .demo import DemoSummary, InboxInUseError, write_demo

__all__ = ["DemoSummary", "InboxInUseError", "write_demo"]
