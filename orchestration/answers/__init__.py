"""The documents of questions and the figure book: which exist, which are out of date, what public editions hide."""
