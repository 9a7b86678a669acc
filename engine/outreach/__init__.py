"""
How people are reached: by mail, and by the chat channels of the organisation.

`content` says what a channel is, `book` keeps them, and `routes` finds by
which of them somebody is told.
"""
