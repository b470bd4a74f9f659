"""What the office signs and publishes, brought onto this machine: verified, fetched whole, and only then on air."""
