"""What this project reads of Kafka itself."""
