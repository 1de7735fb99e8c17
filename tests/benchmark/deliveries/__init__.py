"""Deliveries whose cost is measured: small ones that come late, and a large one."""
