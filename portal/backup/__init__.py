"""Copies of everything but the keys, their way back, and the memory outside the database that notices an old copy."""
