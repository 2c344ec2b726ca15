"""The tables of the exam: what is planned, what happens in the room, what comes of it."""
