"""The way in for people without an account: what they may begin, and how they go on talking under a code."""
