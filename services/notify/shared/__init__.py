"""What every room of notify may use."""
