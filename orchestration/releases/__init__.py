"""What was handed out: the register, verifying a file against it, and which deliveries changed a figure since."""
