"""Who may enforce today: credentials, the public lookup, and the clean-up of those who may not."""
