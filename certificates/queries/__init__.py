"""Reads over credentials, for the public lookup, and over the clean-up."""
