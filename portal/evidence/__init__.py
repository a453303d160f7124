"""Can we prove it? What a lawyer opens, what a stranger can check, and what we check of ourselves every night."""
