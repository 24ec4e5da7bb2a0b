#!/bin/sh
# Makes the secrets of a deployment on Kubernetes once: sh deploy/kubernetes/secrets.sh (in the project's folder). Secrets
# that are there stay as they are. For a Kafka and a MongoDB of one's own (overlays/one-node); where they are others', their
# addresses and passwords belong into the secrets of the services instead (base/kustomization.yaml says which keys).
set -eu
kubectl=${KUBECTL:-kubectl} namespace=${NAMESPACE:-community} python=${PYTHON:-.venv/bin/python}
there() { $kubectl --namespace "$namespace" get secret "$1" >/dev/null 2>&1; }
make() { # NAME ARGUMENT...
  name=$1
  shift
  there "$name" || $kubectl --namespace "$namespace" create secret generic "$name" "$@"
}
$kubectl get namespace "$namespace" >/dev/null 2>&1 || $kubectl apply -f deploy/kubernetes/base/namespace.yaml
if there mongodb && there kafka && there access; then
  echo "The secrets are there already."
  exit 0
fi
folder=$(mktemp -d)
trap 'chmod -R u+w "$folder"; rm -rf "$folder"' EXIT
KAFKA_ADDRESS=kafka:19092 ENVIRONMENT=production $python -m services secrets "$folder"
make mongodb --from-file="$folder/mongodb"
make kafka --from-file="$folder/kafka"
make access --from-literal=KAFKA_USERNAME=admin --from-file=KAFKA_PASSWORD="$folder/access/admin"
set --
for service in issues volunteers events notify; do
  set -- "$@" --from-file="$service=$folder/access/$service"
done
make kafka-passwords "$@"
for service in issues volunteers events notify; do
  set -- --from-file=MONGODB_URL="$folder/$service/mongodb-url" --from-literal=KAFKA_USERNAME=$service
  set -- "$@" --from-file=KAFKA_PASSWORD="$folder/$service/kafka-password"
  [ $service = issues ] && set -- "$@" --from-file=ISSUES_CONTACT_KEYS="$folder/issues/contact-keys"
  [ $service = notify ] && set -- "$@" --from-literal=NOTIFY_ENDPOINT_KEY="$(openssl rand -base64 32)"
  make $service "$@"
done
