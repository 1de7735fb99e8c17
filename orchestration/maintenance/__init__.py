"""Work on a whole data folder: backup, erasing a person, rotating the key, removing originals; proof of same
figures."""
