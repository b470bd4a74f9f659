"""The office: what is published to the screens, and what they played."""
