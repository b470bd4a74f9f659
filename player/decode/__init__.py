"""Decoding untrusted media in child processes."""
