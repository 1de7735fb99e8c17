"""Sheets of blocks, which are made to be printed: where everything stands, and how broad words are."""
