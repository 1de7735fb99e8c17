"""From the marts of a publication to figures that know what they are."""
