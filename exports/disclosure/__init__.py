"""Disclosure control: which cells of the public edition are hidden, and the audit that proves it.

`control.control_question` does everything for a question; `policy.yml` is the policy, `audit` the proof, `register`
the memory of earlier releases. Nothing in here writes a workbook.
"""
