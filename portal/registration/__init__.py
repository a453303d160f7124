"""What carriers ask of a business before it may text: the pack, made from the live settings and checked."""
