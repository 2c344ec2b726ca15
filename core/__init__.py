"""What every part stands on: the database, the clock, errors, the audit chain, access and jobs."""
