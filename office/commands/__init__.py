"""What `wuzha-office` does, one file per command."""
