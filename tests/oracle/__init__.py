"""An independent oracle: the contract once more, in plain Python, obviously correct rather than fast.

Nothing here reads the project's own column tables, rules or models. Columns, code lists, rules and definitions
are restated as plain data and plain loops, so that an error made once is not made twice.

>>> ledger = deliver(paths, key=b"secret")          # the door, one run over an inbox
>>> ledger = deliver(more_paths, b"secret", ledger)  # a later run over another inbox
>>> tables = marts(ledger)                          # every row of every mart
"""

from .door import Delivery, Ledger, Row, deliver
from .marts import marts

__all__ = ["Delivery", "Ledger", "Row", "deliver", "marts"]
