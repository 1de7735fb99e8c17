"""For the data steward: quarantined rows and what became of them, their way back to the OCMWs, reports and checks.

Plain functions that read the ledger, the quarantine and the lake; nothing here changes a row.
"""
