"""Inputs of the steps of supervision."""
