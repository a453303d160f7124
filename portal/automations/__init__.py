"""What goes out by itself? Automations, and one scheduled text for each application of one to a number."""
