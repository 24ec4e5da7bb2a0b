"""Kafka as this project uses it: the producer, how it is reached, topics, and what the client library leaves open."""
