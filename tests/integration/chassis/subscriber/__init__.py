"""Subscribers against a real Kafka: intake, consumer group, dead letters, effects."""
