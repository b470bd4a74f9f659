"""From a folder to the screens: read, checked, compared, signed by two, published, withdrawn."""
