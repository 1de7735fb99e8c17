"""What statements on an annex are made of: figures looked up in the marts, in Dutch, in sentences and small tables."""
