"""Which documents answer which question: where they stand, whether they are up to date, what the public edition hides."""
