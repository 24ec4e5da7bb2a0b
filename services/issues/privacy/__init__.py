"""What keeps people's data apart: contacts sealed with a key of each person, and the end of both."""
