"""Ladders: whom a task reaches while it is not done, rung by rung."""
