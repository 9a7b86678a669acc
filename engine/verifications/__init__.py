"""
Recomputing everything outside of requests: somebody starts it, a worker does it piece by piece, the result is kept.

What is recomputed, and how, is `engine.verify`; here is who starts it
(`starting`), how a worker comes through it (`walking`), what is kept of it
(`keeping`), and who is told of it (`sight`).
"""
