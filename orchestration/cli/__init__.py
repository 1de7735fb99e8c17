"""The command line `twe`: a command parses, calls one function and prints what it returned."""
