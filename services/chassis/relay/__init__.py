"""The relay: events go from outboxes to the journal and to Kafka, in order; states in doubt are published again."""
