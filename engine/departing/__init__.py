"""Leaving: whatever somebody holds is handed over before he is let go, and the history keeps his name."""
