"""What a client sees and does on the page of their own: no login, but for every change the end of their number."""
