"""What the API shows of each kind of row; fields are listed, never all."""
