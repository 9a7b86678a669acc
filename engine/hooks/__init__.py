"""What comes in from the outside: hooks, what each leads to, and what was received through them."""
