"""Putting pictures and sound on the screen, frame by frame."""
