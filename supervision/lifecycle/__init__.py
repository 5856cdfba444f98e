"""The machines of supervision; one declaration a step."""
