"""Disclosure control: which figures of the public edition are hidden, and the audit that proves it.

`control.control` does everything for figures that are published together, by the rules in `policy.yml`. What it does
step by step: `scope` (figures to counts), `counts` (counts from the marts to a `system` of cells and equations),
`releases` (what earlier releases show), `suppress` (what to hide), `audit` (proof), `store` (one file).
Nothing in here writes a workbook."""
