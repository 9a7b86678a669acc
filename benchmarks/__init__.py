"""How fast it is, and how that compares with a floor measured in the same run. `make bench` writes results.json."""
