"""The broker of a trial: who may log in and do what, and the program that does it."""
