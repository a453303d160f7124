"""Whom do we ask, one by one? Flows with their words, and each invitation of one contact by one click."""
