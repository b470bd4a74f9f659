"""Photographs and animations, and how any picture comes into its zone."""
