"""The relay: takes events out of the outboxes to the journal and to Kafka, in order, and republishes states in doubt."""
