"""What was released before, as knowledge of the reader of what is released now."""
