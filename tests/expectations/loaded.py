"""Imported, it has Great Expectations loaded as the product does; for the process that the tests fork others from."""

from expectations import suite

suite.load()
