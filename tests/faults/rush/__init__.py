"""A rush on one activity, as large as somebody asks for."""
