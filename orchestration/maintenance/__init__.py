"""What is done to a whole data folder: backup, erasing a person, another key, retention, proof that figures stay."""
