"""What every service stands on: the store with its outboxes, relay, subscribers, HTTP, auth, telemetry, settings."""
