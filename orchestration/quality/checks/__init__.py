"""Checks of what a steward may change: rules, code lists, classes, municipalities, questions, disclosure policy."""
