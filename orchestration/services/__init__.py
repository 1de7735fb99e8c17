"""What runs beside a run: alerts that leave the machine, and the web server with its daemon."""
