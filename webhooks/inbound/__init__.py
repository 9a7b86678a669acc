"""What comes in, as it stands on the wire: who signed it, and what it tells."""
