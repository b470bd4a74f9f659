"""The commands of `wuzha-player`, one module each; each has `main(options) -> exit code`."""
