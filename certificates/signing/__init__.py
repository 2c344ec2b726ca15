"""The city's signature: what it is made with, what it is put on, and how it is held against a file."""
