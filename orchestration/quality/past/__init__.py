"""Rows of the past under the rules of today."""
