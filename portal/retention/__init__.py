"""How long what is kept, who is kept longer, and what a person may have of it."""
