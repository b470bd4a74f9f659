"""Proves what is stored against itself: ledgers, what was read out of them, alarms, and the chains of entries."""
