"""What a deployment decides about issues, room by room."""
