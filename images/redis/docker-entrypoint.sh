#!/bin/sh
# Becomes redis-server with the defaults of the official image. docs/images.md lists what is honoured.
set -eu

case "${1:-}" in
-* | *.conf) set -- redis-server "$@" ;;
esac

if [ "${1:-}" = redis-server ]; then
    shift
    # Files of the database are for its user alone.
    umask 0077
    case "${1:-}" in
    # A configuration file must be the first argument, and says itself whether the protected mode is on; the
    # others start no server.
    *.conf | -v | --version | -h | --help | --test-memory | --check-system) exec redis-server "$@" ;;
    # The official image serves other machines unless told otherwise.
    *) exec redis-server --protected-mode no "$@" ;;
    esac
fi
exec "$@"
