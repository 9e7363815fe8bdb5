#!/bin/bash
# Makes the database cluster on the first start, as the official postgres image does, then becomes the server.
# docs/images.md lists the variables. It runs as the user it is started as, never as root.
set -Eeuo pipefail

fail() {
    echo "postgres entrypoint: $1" >&2
    exit 1
}

# Each setting may come from a file instead: NAME_FILE names it.
from_file() {
    local name="$1" file_name="${1}_FILE" value
    if [[ -n "${!name:-}" && -n "${!file_name:-}" ]]; then
        fail "$name and $file_name are both set; set one of them."
    fi
    value="${!name:-${2:-}}"
    if [[ -n "${!file_name:-}" ]]; then
        value="$(<"${!file_name}")"
    fi
    printf -v "$name" '%s' "$value"
    export "${name?}"
    unset "$file_name"
}

read_settings() {
    from_file POSTGRES_PASSWORD
    from_file POSTGRES_USER postgres
    from_file POSTGRES_DB "$POSTGRES_USER"
    from_file POSTGRES_INITDB_ARGS
    from_file POSTGRES_HOST_AUTH_METHOD scram-sha-256
    if [[ -z "$POSTGRES_PASSWORD" && "$POSTGRES_HOST_AUTH_METHOD" != trust ]]; then
        fail "the database is empty and POSTGRES_PASSWORD is not set; set it to a non-empty value."
    fi
}

make_cluster() {
    local options=()
    [[ -z "${POSTGRES_INITDB_WALDIR:-}" ]] || options+=("--waldir=$POSTGRES_INITDB_WALDIR")
    # The password goes through a pipe: it never lies on a disk or in a command line.
    # shellcheck disable=SC2086 # POSTGRES_INITDB_ARGS holds several options
    initdb --username="$POSTGRES_USER" --pwfile=<(printf '%s\n' "$POSTGRES_PASSWORD") \
        "${options[@]}" ${POSTGRES_INITDB_ARGS}
    printf '\nhost all all all %s\n' "$POSTGRES_HOST_AUTH_METHOD" >>"$PGDATA/pg_hba.conf"
}

query() {
    psql --no-psqlrc --set ON_ERROR_STOP=1 --no-password --username="$POSTGRES_USER" "$@"
}

make_database() {
    [[ "$POSTGRES_DB" != postgres ]] || return 0
    query --quiet --dbname=postgres --set name="$POSTGRES_DB" <<<'CREATE DATABASE :"name";'
}

run_init_files() {
    local file
    for file in /docker-entrypoint-initdb.d/*; do
        [[ -e "$file" ]] || continue
        echo "postgres entrypoint: running $file"
        case "$file" in
        *.sh) if [[ -x "$file" ]]; then "$file"; else . "$file"; fi ;;
        *.sql) query --dbname="$POSTGRES_DB" --file="$file" ;;
        *.sql.gz) gunzip --stdout "$file" | query --dbname="$POSTGRES_DB" ;;
        *.sql.xz) xz --decompress --stdout "$file" | query --dbname="$POSTGRES_DB" ;;
        *) echo "postgres entrypoint: ignoring $file" ;;
        esac
    done
}

# The cluster's first hours happen behind a local socket: nobody reaches it before it is whole.
first_start() {
    local final="$PGDATA"
    read_settings
    # An empty folder that is no mount point is made anew under another name and appears whole, so that a first
    # start that is cut off leaves nothing that looks like a database.
    if rmdir "$final" 2>/dev/null; then
        export PGDATA="$final.new"
        rm -rf "$PGDATA"
    fi
    make_cluster
    shift
    PGUSER="$POSTGRES_USER" pg_ctl --wait --silent start \
        --options="$(printf '%q ' -c listen_addresses= -p "${PGPORT:-5432}" "$@")"
    # Local connections of the first start are trusted by initdb's own rules.
    make_database
    run_init_files
    PGUSER="$POSTGRES_USER" pg_ctl --wait --silent --mode=fast stop
    [[ "$PGDATA" == "$final" ]] || mv "$PGDATA" "$final"
    export PGDATA="$final"
    echo "postgres entrypoint: the database is ready for its first start"
}

[[ "${1:-}" != -* ]] || set -- postgres "$@"
if [[ "${1:-}" == postgres ]]; then
    [[ "$(id -u)" != 0 ]] || fail "runs as root; run it as 999, the user of the official image."
    mkdir -p "$PGDATA"
    chmod 0700 "$PGDATA" 2>/dev/null || true
    [[ -s "$PGDATA/PG_VERSION" ]] || first_start "$@"
    unset POSTGRES_PASSWORD
fi
exec "$@"
