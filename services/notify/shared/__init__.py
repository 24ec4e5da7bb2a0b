"""What every room of notify may use: times as people read them, and texts made of templates."""
