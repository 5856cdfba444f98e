"""Text messages: what one says, how each kind of gateway is called, and the way out."""
