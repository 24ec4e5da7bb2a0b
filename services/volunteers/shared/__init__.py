"""What several rooms of volunteers are made of."""
