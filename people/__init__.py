"""Who: organisations, officers, accounts, and who may do what."""
