"""Who may sign, and the signed files that screens fetch."""
