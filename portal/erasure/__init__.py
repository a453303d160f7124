"""Removing one person everywhere, while their opt-out stays (promises.md F.7)."""
