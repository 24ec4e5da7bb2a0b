#!/bin/sh
# Names to nginx whom it believes X-Forwarded-For and -Proto: TRUSTED_PROXIES, addresses or networks with commas between
# them. Without any it believes nobody, and takes callers for who they are by their connection.
set -eu
: > /tmp/proxies.conf
: > /tmp/proxies.geo
for proxy in $(printf '%s' "${TRUSTED_PROXIES:-}" | tr ',' ' '); do
  case $proxy in
    *[!0-9a-fA-F.:/]*) echo "TRUSTED_PROXIES must name addresses or networks, with commas between them." >&2; exit 1 ;;
  esac
  echo "set_real_ip_from $proxy;" >> /tmp/proxies.conf
  echo "$proxy 1;" >> /tmp/proxies.geo
done
exec nginx -g 'daemon off;'
