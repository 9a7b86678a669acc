"""How messages read: one schema a message, no logic."""
