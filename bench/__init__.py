"""Measuring: the whole main job on real servers, beside a plain loop of the same libraries. `make bench` runs it."""
