"""The people of the organisation: who they are, how they prove it, what they may and what they hold."""
