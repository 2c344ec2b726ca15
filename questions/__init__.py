"""What may be asked: items, their versions, and how they come into the bank."""
