"""Mutation testing of the whole product: the code is changed in one small place, and a test should notice.

`python -m tests.mutants` makes the changes and judges them; docs/reliability.md says what the figures are.
"""
