"""The chapter on regions: whether they drift apart, where plans ask for it."""
