"""What all rooms of volunteers are made of: values, queries and the shape of views."""
