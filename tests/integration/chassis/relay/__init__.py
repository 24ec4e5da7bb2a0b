"""The relay against a real MongoDB and a real Kafka: order, death, take-over, doubt."""
