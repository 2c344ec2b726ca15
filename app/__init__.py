"""How it is put together: configuration, the door, error pages, navigation, commands, static files."""
