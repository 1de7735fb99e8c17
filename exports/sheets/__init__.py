"""The sheets of an annex, one module per kind of sheet. Each makes a `Sheet` out of a `Context`; none writes a file."""
