"""The pages of duties, dates and key topics."""
