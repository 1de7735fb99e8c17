"""Who delivers what, and how well: rows per OCMW and month, whether it gets worse, and deliveries that stand out."""
