"""Odd files through the door, and a judge of what became of each."""
