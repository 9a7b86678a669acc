"""
Ladders: whom a task reaches while it is not done, rung by rung.

`book` holds the ladders of the organisation, `rungs` those that a case keeps;
`climbing` climbs what is due, and `acknowledging` stops it.
"""
