"""How Kafka is reached: with and without encryption and passwords, against a real one."""
