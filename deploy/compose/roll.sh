#!/bin/sh
# Brings the services to another version while they work, one after another: sh deploy/compose/roll.sh [--back] [SERVICE …]
# The version is COMMUNITY_VERSION (in `.env`), whose images are there (docker compose build, or pull). A new container is
# ready, and known to the edge, before the one before it stops. First secrets, topics and rights are brought up to date, and
# rights that no version at work needs are taken away last; back by one version (--back) they stay as they are.
set -eu
back=
[ "${1:-}" = --back ] && back=yes && shift
[ $# -gt 0 ] || set -- issues volunteers events notify
job="docker compose run --rm --no-deps -T"
users="kafka-users python -m services access --wait 300 services"
if [ -z "$back" ]; then
  $job secrets python -m services secrets /secrets --missing
  $job topics
  $job $users --keep /run/secrets
fi
for service in "$@"; do
  before=$(docker compose ps --quiet "$service")
  count=$(echo "$before" | wc -w)
  docker compose up --detach --no-build --no-deps --no-recreate --scale "$service=$((2 * count))" --wait --wait-timeout 600 "$service"
  sleep 3 # the edge looks addresses up every two seconds
  docker stop $before
  docker rm $before
done
[ -n "$back" ] || $job $users /run/secrets
