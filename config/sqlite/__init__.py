"""The database that comes with the product."""
