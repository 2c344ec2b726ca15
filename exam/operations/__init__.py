"""Verbs of the exam: planning, the room, closing, publishing."""
