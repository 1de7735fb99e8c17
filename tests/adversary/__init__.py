"""An attack on published annexes that knows the files and the stated rule alone, nothing of how hiding is decided.

`tests.disclosure.release_attacker` is told more: which figures are the same in two releases. It attacks made-up worlds
in memory.
"""
