"""The delivery template of a source: a workbook that is a delivery as it is, and looks at what is typed.

    blank(contract, created)           the template, without rows
    filled(contract, rows, cover)      the same with rows that were delivered: `FilledRow`s, with the cells that are
                                       wrong (`wrong`) or doubtful (`amber`) marked, and their reasons beside them

Both give a `Document` for `exports.xlsx.workbook`. `concerned(contract, rule name)` says which columns a rule is about.
Everything follows from the contract: a rule that is added to its YAML gets a formula, or a sentence that says that it
is not checked here.
"""

from exports.template.book import MALFORMED, Cover, FilledRow, blank, filled
from exports.template.rules import concerned

__all__ = ["MALFORMED", "Cover", "FilledRow", "blank", "concerned", "filled"]
