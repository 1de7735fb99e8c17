"""Released documents: the register, the figures that a release showed, and what changed in the figures since."""
