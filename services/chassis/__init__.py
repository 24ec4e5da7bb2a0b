"""What every service stands on: aggregate store with outbox, relay, subscribers, HTTP, auth, telemetry."""
