"""What an owner looks at: who can be texted, why not, and how that changed."""
