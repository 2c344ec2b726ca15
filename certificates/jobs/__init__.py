"""Background work on credentials."""
