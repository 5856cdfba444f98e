"""The pages of key topics: the topic itself, its forms, its lists, and the leaders' board."""
