"""Outside the screen process: starts it again when it dies, and looks at what is really on the screen."""
