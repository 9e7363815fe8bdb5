#!/bin/sh
# Renders the nginx configuration into one writable folder, follows the
# backend's address, and becomes nginx. README.md beside it lists the settings.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
export PAGES="$here/pages"
export RUN_DIR="${RUN_DIR:-/tmp/nginx}"
export HTML_ROOT="${HTML_ROOT:-/usr/share/nginx/html}"
export STATIC_ROOT="${STATIC_ROOT:-/usr/share/nginx/static}"
export LISTEN_PORT="${LISTEN_PORT:-8080}"
export MAINTENANCE_PORT="${MAINTENANCE_PORT:-8081}"
export BACKEND_HOST="${BACKEND_HOST:-web}"
export BACKEND_PORT="${BACKEND_PORT:-8000}"
export API_RATE="${API_RATE:-10}"
export API_BURST="${API_BURST:-20}"
export WORKER_PROCESSES="${WORKER_PROCESSES:-auto}"
REAL_IP_FROM="${REAL_IP_FROM:-}"
RESOLVE_SECONDS="${RESOLVE_SECONDS:-2}"
BACKEND_TRIES="${BACKEND_TRIES:-1}"

# The only names that envsubst may replace: nginx's own $variables stay.
rendered='$PAGES $RUN_DIR $HTML_ROOT $STATIC_ROOT $API_RATE $API_BURST $WORKER_PROCESSES'

refuse() {
    echo "nginx entrypoint: $1=\"$2\" is not $3." >&2
    exit 64
}

require_number() {
    case "$2" in
    '' | *[!0-9]* | 0*) refuse "$1" "$2" "a whole number above 0" ;;
    esac
}

# Every value ends up in the configuration, so none may carry its syntax.
check_settings() {
    require_number LISTEN_PORT "$LISTEN_PORT"
    require_number MAINTENANCE_PORT "$MAINTENANCE_PORT"
    require_number BACKEND_PORT "$BACKEND_PORT"
    require_number API_RATE "$API_RATE"
    require_number API_BURST "$API_BURST"
    require_number RESOLVE_SECONDS "$RESOLVE_SECONDS"
    require_number BACKEND_TRIES "$BACKEND_TRIES"
    [ "$WORKER_PROCESSES" = auto ] || require_number WORKER_PROCESSES "$WORKER_PROCESSES"
    case "$BACKEND_HOST" in
    '' | -* | *[!A-Za-z0-9.:-]*) refuse BACKEND_HOST "$BACKEND_HOST" "a host name or an address" ;;
    esac
    case "$REAL_IP_FROM" in
    *[!0-9A-Fa-f.:/,\ ]*) refuse REAL_IP_FROM "$REAL_IP_FROM" "a list of CIDR ranges, separated by commas" ;;
    esac
}

render_templates() {
    mkdir -p "$RUN_DIR"
    for template in "$here"/templates/*.conf; do
        envsubst "$rendered" <"$template" >"$RUN_DIR/$(basename "$template")"
    done
}

# A node may run without IPv6, or with nothing else.
render_listen() {
    echo "listen $1 default_server;"
    [ ! -f /proc/net/if_inet6 ] || echo "listen [::]:$1 default_server;"
}

# Only these ranges may say who the client is and whether it came by https.
render_trusted_proxies() {
    for range in $(echo "$REAL_IP_FROM" | tr ',' ' '); do
        echo "set_real_ip_from $range;"
    done >"$RUN_DIR/real-ip.conf"
    for range in $(echo "$REAL_IP_FROM" | tr ',' ' '); do
        echo "$range 1;"
    done >"$RUN_DIR/trusted-proxies.conf"
}

# One `server` line for each address of the backend. getent reads the search
# domains of /etc/resolv.conf, which nginx's own resolver does not. Of several backends one that does not
# answer is left out for some seconds; behind the one address of a Service stand several of them, of which
# another one is found by trying again.
backend_servers() {
    found=$(timeout "$RESOLVE_SECONDS" getent ahosts "$BACKEND_HOST" | grep STREAM | sort -u)
    [ "$(echo "$found" | wc -l)" -gt 1 ] && fails="max_fails=1 fail_timeout=5s" || fails=max_fails=0
    echo "$found" | while read -r address _; do
        [ -n "$address" ] || continue
        case "$address" in
        *:*) address="[$address]" ;;
        esac
        for _ in $(seq "$BACKEND_TRIES"); do
            echo "server $address:$BACKEND_PORT $fails;"
        done
    done
}

# Until the name resolves, a port on which nothing listens: 502, not a crash.
write_backend() {
    printf '%s\n' "${1:-server 127.0.0.1:1 max_fails=0;}" >"$RUN_DIR/backend.conf"
}

# A Service that was deleted and made again has another address. nginx asks DNS
# only when it reads its configuration, so it is told to read it again.
follow_backend() {
    known="$1"
    while sleep "$RESOLVE_SECONDS" && kill -0 "$2" 2>/dev/null; do
        found=$(backend_servers) || continue
        if [ -n "$found" ] && [ "$found" != "$known" ]; then
            write_backend "$found"
            kill -HUP "$2"
            known="$found"
        fi
    done
}

check_settings
render_templates
render_listen "$LISTEN_PORT" >"$RUN_DIR/listen.conf"
render_listen "$MAINTENANCE_PORT" >"$RUN_DIR/listen-maintenance.conf"
render_trusted_proxies
servers=$(backend_servers || true)
write_backend "$servers"
follow_backend "$servers" "$$" &
exec nginx -e stderr -p "$RUN_DIR" -c "$RUN_DIR/nginx.conf" -g 'daemon off;'
