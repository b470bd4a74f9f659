"""Video and sound on a timeline."""
