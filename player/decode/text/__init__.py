"""Setting of Chinese and Latin text: fonts, line breaks, spacing."""
