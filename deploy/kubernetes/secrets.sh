#!/bin/sh
# Makes the secrets of a deployment on Kubernetes once: sh deploy/kubernetes/secrets.sh [--development], in the project's
# folder, after `make environment`. For a Kafka and a MongoDB of one's own (overlays/one-node, and overlays/development with
# MONGODB_URL below). Where they are others', as in overlays/production, the services' addresses and passwords are not made
# but given: docs/operating.md.
#
# --development also makes `development-issuer`, whose tokens the services of those two overlays believe: whoever reads
# that secret is anybody there. Production believes no such token.
# MONGODB_URL, beside it: a MongoDB that asks nobody who they are. NAMESPACE, KUBECTL, PYTHON: other ones.
set -eu
umask 077
namespace=${NAMESPACE:-community} python=${PYTHON:-.venv/bin/python}
kubectl="${KUBECTL:-kubectl} --namespace $namespace"
services="issues volunteers events notify"
development=
case "$#:${1:-}" in
  0:) ;;
  1:--development) development=yes ;;
  *) echo "Usage: sh deploy/kubernetes/secrets.sh [--development]" >&2; exit 2 ;;
esac
command -v "$python" >/dev/null || { echo "$python is not there: make environment, or name one with PYTHON." >&2; exit 2; }

$kubectl get namespace "$namespace" >/dev/null 2>&1 ||
  sed "s/^  name: community$/  name: $namespace/" deploy/kubernetes/base/namespace.yaml | $kubectl apply -f -
there=$($kubectl get secrets --output=name) found= missing=
is_there() { printf '%s\n' "$there" | grep -qx "secret/$1"; }
for name in mongodb kafka access scaling kafka-passwords $(printf '%s-settings ' $services); do
  if is_there "$name"; then found="$found $name"; else missing="$missing $name"; fi
done
if [ -n "$found" ] && [ -n "$missing" ]; then
  cat >&2 <<REFUSAL
Of the secrets in namespace $namespace these are missing:$missing
They are made together, for the same passwords stand in several, and those that are there can't be asked for the rest.
Put the missing ones back from a backup. Or, while nothing is stored yet, take the others away and call this again:
  kubectl --namespace $namespace delete secret$found
REFUSAL
  exit 1
fi

folder=$(mktemp -d)
trap 'chmod -R u+w "$folder"; rm -rf "$folder"' EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
mkdir "$folder/made"
write() { printf %s "$2" > "$folder/$1"; } # a builtin: no program is handed what it writes
make() { # NAME KEY=FILE..., nothing of it in the arguments of a program
  made=$1
  shift
  for entry; do
    set -- "$@" --from-file="${entry%%=*}=$folder/${entry#*=}"
    shift
  done
  $kubectl create secret generic "$made" "$@" --dry-run=client --output=yaml > "$folder/made/$made.yaml"
}

if [ -n "$missing" ]; then
  # nothing of a development that ran on this machine is taken in
  export AUTH_DEVELOPMENT_KEY="$folder/issuer.json"
  KAFKA_ADDRESS=kafka:19092 ENVIRONMENT=production $python -m services secrets "$folder"
  write access-keda "$(head -c 32 /dev/urandom | base64)"
  for name in admin keda $services; do write "username-$name" "$name"; done
  make mongodb $(for name in cluster.key root $services; do echo "$name=mongodb/$name"; done)
  make kafka $(for name in admin broker broker.pem ca.pem; do echo "$name=kafka/$name"; done)
  make access KAFKA_USERNAME=username-admin KAFKA_PASSWORD=access/admin
  make scaling KAFKA_USERNAME=username-keda KAFKA_PASSWORD=access-keda
  make kafka-passwords keda=access-keda $(for name in $services; do echo "$name=access/$name"; done)
  for name in $services; do
    url=$name/mongodb-url
    if [ -n "$development" ] && [ -n "${MONGODB_URL:-}" ]; then url=mongodb-url; write "$url" "$MONGODB_URL"; fi
    set -- MONGODB_URL="$url" KAFKA_USERNAME="username-$name" KAFKA_PASSWORD="$name/kafka-password"
    [ "$name" != issues ] || set -- "$@" ISSUES_CONTACT_KEYS=issues/contact-keys
    [ "$name" != notify ] || set -- "$@" NOTIFY_ENDPOINT_KEY=notify/endpoint-key
    make "$name-settings" "$@"
  done
fi
if [ -n "$development" ] && ! is_there development-issuer; then
  ENVIRONMENT=development AUTH_DEVELOPMENT_KEY="$folder/issuer.json" $python -m services token --sub nobody >/dev/null
  make development-issuer issuer.json=issuer.json
fi
if [ -z "$(ls "$folder/made")" ]; then
  echo "The secrets are there already."
else
  $kubectl create -f "$folder/made"
fi
