"""Verbs on credentials, their documents, and the clean-up."""
