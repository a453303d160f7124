"""What runs out, when, and what never does."""
