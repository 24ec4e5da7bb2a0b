"""The base of every service: the store with its outboxes, relay, subscribers, HTTP, auth, telemetry, settings."""
