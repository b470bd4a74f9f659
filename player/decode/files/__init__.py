"""Files of strangers, before any decoder sees them: opened safely, known by their bytes, found whole."""
