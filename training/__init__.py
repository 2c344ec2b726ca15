"""Are they prepared: courses, and hours done against hours required."""
