#!/bin/sh
# Brings the services to another version while they work, one after another: sh deploy/compose/roll.sh [--back] [SERVICE …]
# The version is COMMUNITY_VERSION (in `.env`), whose images are there (docker compose build, or pull). A new container is
# ready, and known to the edge, before the one before it stops. First secrets, topics and rights are brought up to date,
# and rights that no version at work needs are taken away last; back by one version (--back) they stay as they are.
#
# Where a new container does not become ready within ten minutes, what it said is shown, it is removed, and the one before
# works on; services that were rolled before it have the new version. Then call it again, or with --back.
set -eu
back=
[ "${1:-}" = --back ] && back=yes && shift
[ $# -gt 0 ] || set -- issues volunteers events notify
job="docker compose run --rm --no-deps -T"
users="kafka-users python -m services access --wait 300 services"
service='' before='' ready=''

tidy() { # what was begun with a service when this ends is finished, or taken back
  [ -n "$before" ] || return 0
  if [ -n "$ready" ]; then
    docker stop $before || true # it may have ended by itself
    docker rm --force $before
    return 0
  fi
  for one in $(docker compose ps --all --quiet "$service"); do
    case " $before " in *" $one "*) continue ;; esac
    docker logs --tail 20 "$one" || true
    docker rm --force "$one"
  done
  echo "$service stays as it was: its new container was not ready. What it said stands above." >&2
}
trap 'trap "" INT TERM; tidy' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

if [ -z "$back" ]; then
  $job secrets python -m services secrets /secrets --missing
  $job topics
  $job $users --keep /run/secrets
fi
for service in "$@"; do
  docker compose rm --force "$service" # those that don't run any more: they would be started again as they are
  before=$(echo $(docker compose ps --quiet "$service"))
  count=$(echo "$before" | wc -w)
  up="docker compose up --detach --no-build --no-deps --wait --wait-timeout 600"
  if [ "$count" -eq 0 ]; then
    $up "$service"
    continue
  fi
  $up --no-recreate --scale "$service=$((2 * count))" "$service"
  sleep 3 # the edge looks addresses up every two seconds
  ready=yes
  tidy
  before='' ready=''
done
[ -n "$back" ] || $job $users /run/secrets
