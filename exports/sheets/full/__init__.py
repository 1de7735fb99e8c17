"""What the full edition alone has: every figure in wide tables, and where all of it comes from."""
