"""Odd files: one delivery each, made to break whoever reads it, with what may come of it.

`python -m tests.integration.odd` makes and judges them.
"""
