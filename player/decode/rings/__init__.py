"""Memory that the screen process and one worker share: pictures and sound on their way."""
