"""Does everything that stands in the tables agree with the trail? One module for each kind of record."""
