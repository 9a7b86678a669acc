"""Standing in for somebody who is away: planning it, and moving his tasks there and back."""
