"""Pages of people: signing in and out, organisations, officers and their accounts."""
