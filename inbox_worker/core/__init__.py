"""Decides. Functions from values to values: no file, socket, clock, chance or setting is known here."""
