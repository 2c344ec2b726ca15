"""What happened in the exam, and what is published of it."""
