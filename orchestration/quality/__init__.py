"""The steward's room: what was refused and what became of it, the way back to the OCMW, the report, the checks.

Plain functions that read the ledger, the quarantine and the lake; nothing here changes a row.
"""
