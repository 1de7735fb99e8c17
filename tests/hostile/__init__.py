"""A hostile inbox: seeded random deliveries with everything the contract allows and everything it forbids.

>>> inbox = write_inbox(folder, seed=1)
>>> later = write_inbox(other_folder, seed=2, after=inbox, first=date(2026, 3, 1), last=date(2026, 6, 30))
"""

from .inbox import Inbox, write_inbox
from .world import Options

__all__ = ["Inbox", "Options", "write_inbox"]
