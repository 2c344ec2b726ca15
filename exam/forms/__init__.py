"""Forms of the exam, by what they are for; shape only, choices are handed in."""
