"""What a worker cannot do to this machine when a file takes it over."""
