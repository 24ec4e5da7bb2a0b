"""The subscriber: takes events of others to their effects, watches its consumer, keeps dead letters, erases people."""
