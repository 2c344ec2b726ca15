"""Pages of credentials: the office, the public lookup, the clean-up."""
