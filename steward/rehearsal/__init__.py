"""A rehearsal: the product itself, on a clock that is set, worked by people who answer by chance."""
