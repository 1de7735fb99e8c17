"""An attack on published annexes that knows the files and the stated rule alone, nothing of how hiding is decided."""
