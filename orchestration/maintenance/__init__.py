"""What is done to a data folder as a whole: backup, erasing a person, another key, retention, and the proof that figures stay."""
