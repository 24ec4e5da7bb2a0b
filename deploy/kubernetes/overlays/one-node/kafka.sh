#!/bin/sh
# One Kafka as broker and controller, the only one or one of KAFKA_VOTERS. Everybody is asked who they are: services and
# subscribers by SCRAM, the administrator and the brokers among each other by passwords in files under /run/secrets.
# Nobody may do what they were not granted (`python -m services access`). What leaves the host is encrypted. It formats
# its store once, writes nowhere but there and under /tmp, and asks of the image no more than Java and Kafka's own
# libraries. KAFKA_ADDRESS: what clients beyond the containers reach it by; KAFKA_STORE: where it keeps its logs.
set -eu
umask 077
cd /run/secrets
broker=$(cat broker) admin=$(cat admin)
[ "$KAFKA_COPIES" -gt 2 ] && enough=2 || enough=1
plain="org.apache.kafka.common.security.plain.PlainLoginModule required username=\"broker\" password=\"$broker\""
cat > /tmp/server.properties <<SETTINGS
process.roles=broker,controller
node.id=$NODE
controller.quorum.voters=$KAFKA_VOTERS
controller.listener.names=CONTROLLER
listeners=INSIDE://:9092,OUTSIDE://:19092,CONTROLLER://:9093
advertised.listeners=INSIDE://$HOST:9092,OUTSIDE://$KAFKA_ADDRESS
inter.broker.listener.name=INSIDE
listener.security.protocol.map=INSIDE:SASL_PLAINTEXT,OUTSIDE:SASL_SSL,CONTROLLER:SASL_PLAINTEXT
listener.name.inside.sasl.enabled.mechanisms=SCRAM-SHA-512,PLAIN
listener.name.inside.scram-sha-512.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;
listener.name.inside.plain.sasl.jaas.config=$plain user_broker="$broker" user_admin="$admin";
listener.name.outside.sasl.enabled.mechanisms=SCRAM-SHA-512
listener.name.outside.scram-sha-512.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;
listener.name.outside.ssl.keystore.type=PEM
listener.name.outside.ssl.keystore.location=/run/secrets/broker.pem
listener.name.controller.sasl.enabled.mechanisms=PLAIN
listener.name.controller.plain.sasl.jaas.config=$plain user_broker="$broker";
sasl.mechanism.inter.broker.protocol=PLAIN
sasl.mechanism.controller.protocol=PLAIN
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
super.users=User:broker;User:admin
log.dirs=${KAFKA_STORE:-/var/lib/kafka/data}
auto.create.topics.enable=false
group.initial.rebalance.delay.ms=0
min.insync.replicas=$enough
default.replication.factor=$KAFKA_COPIES
offsets.topic.replication.factor=$KAFKA_COPIES
transaction.state.log.replication.factor=$KAFKA_COPIES
transaction.state.log.min.isr=$enough
share.coordinator.state.topic.replication.factor=$KAFKA_COPIES
share.coordinator.state.topic.min.isr=$enough
SETTINGS
kafka() { # CLASS ARGUMENT...
  exec java $KAFKA_HEAP_OPTS -XX:+ExitOnOutOfMemoryError -Dlog4j2.level=WARN -cp '/opt/kafka/libs/*' "$@"
}
(kafka kafka.tools.StorageTool format --ignore-formatted --cluster-id 8sEqUz-RQUSbGJW4zBsiuA --config /tmp/server.properties)
kafka kafka.Kafka /tmp/server.properties
