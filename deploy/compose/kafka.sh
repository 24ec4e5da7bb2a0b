#!/bin/sh
# One Kafka as broker and controller. It formats its store once, writes nowhere but there and under /tmp, and asks of the
# image no more than Java and Kafka's own libraries. KAFKA_ADDRESS: what clients on this host reach it by.
set -eu
cat > /tmp/server.properties <<SETTINGS
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@localhost:9093
controller.listener.names=CONTROLLER
listeners=INSIDE://:9092,OUTSIDE://:19092,CONTROLLER://localhost:9093
advertised.listeners=INSIDE://kafka:9092,OUTSIDE://$KAFKA_ADDRESS
inter.broker.listener.name=INSIDE
listener.security.protocol.map=INSIDE:PLAINTEXT,OUTSIDE:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs=/var/lib/kafka/data
auto.create.topics.enable=false
group.initial.rebalance.delay.ms=0
offsets.topic.replication.factor=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
SETTINGS
kafka() { # CLASS ARGUMENT...
  exec java $KAFKA_HEAP_OPTS -XX:+ExitOnOutOfMemoryError -Dlog4j2.level=WARN -cp '/opt/kafka/libs/*' "$@"
}
(kafka kafka.tools.StorageTool format --ignore-formatted --cluster-id 8sEqUz-RQUSbGJW4zBsiuA --config /tmp/server.properties)
kafka kafka.Kafka /tmp/server.properties
