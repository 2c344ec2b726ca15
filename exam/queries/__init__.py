"""Reads over sittings, candidates, attempts, results and pass lists."""
