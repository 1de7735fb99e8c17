"""Disclosure control: which figures of the public edition are hidden, and the audit that proves it.

`control.control` does everything for figures that are published together; `policy.yml` is the policy, `audit` the
proof, `store` the file of a control. Nothing in here writes a workbook.
"""
