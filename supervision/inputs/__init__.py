"""What the steps of supervision ask for."""
