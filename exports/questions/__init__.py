"""Questions of members of parliament: one YAML file each, and what reads and checks them."""
