"""The sound device, in a process of its own: what breaks there ends no picture."""
