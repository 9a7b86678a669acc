"""Read-only queries for lists and single things, narrowed to what the caller may see."""
