"""Reads on proposals that several pages and the API share; no writes."""
