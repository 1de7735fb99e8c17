"""Which documents answer which question: where they stand, whether they are current, what the public one hides."""
