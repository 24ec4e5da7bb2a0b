"""The rules of attendance: codes that change, and how long somebody was present."""
