"""The console: three pages behind a login, and the published files for the screens."""
