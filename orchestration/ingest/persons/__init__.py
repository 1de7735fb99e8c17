"""Numbers of persons: their form, the pseudonyms and marks that take their place, and how they are masked."""
