"""Odd files: one delivery each, made to break whoever reads it, with what may come of it.

>>> python -m tests.hostile --files 10000 --seed 1
"""
