"""Where things lie and how they are written: paths, settings, atomic files and swaps, the lock. Knows no other room."""
