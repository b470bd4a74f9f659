"""Everything at once, to try it: a broker, an office, and a player for the screen of `kiosk_config.toml`."""
