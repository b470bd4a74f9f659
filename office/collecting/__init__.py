"""Takes the screens' ledgers and what else they tell, and stores it once."""
