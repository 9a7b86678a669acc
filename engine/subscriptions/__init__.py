"""Webhooks out: who is told of which events, and what is owed to them."""
