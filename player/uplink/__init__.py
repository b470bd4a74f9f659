"""Everything to and from the office, and the records that outlast it."""
