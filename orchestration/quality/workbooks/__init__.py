"""Workbooks for people: those that go back to an OCMW, and the steward's own."""
