# What building and running Reeve needs on this machine; sourced by ./run and ./test, after
# `set -euo pipefail`. Says nothing when everything is there. Not a script of its own.
# shellcheck shell=bash

RUST_MINIMUM=1.95
PG_MINIMUM=15

say() { printf '%s\n' "$*" >&2; }
fail() { say "$@"; exit 1; }
have() { command -v "$1" >/dev/null 2>&1; }

# The folder that cargo builds into. Cargo is run in $ROOT, where its settings are, so a relative
# one is made to mean what it means here.
case ${CARGO_TARGET_DIR:-/} in
    /*) ;;
    *) export CARGO_TARGET_DIR="$PWD/$CARGO_TARGET_DIR" ;;
esac
target_dir() { printf '%s' "${CARGO_TARGET_DIR:-$ROOT/target}"; }

# version_at_least 1.95 1.100.2
version_at_least() { [ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | head -n 1)" = "$1" ]; }

need_rust() {
    # rustup installs for one user and changes only new shells.
    have cargo || PATH="${CARGO_HOME:-${HOME:-/root}/.cargo}/bin:$PATH"
    have cargo && have rustc || fail "Reeve needs Rust $RUST_MINIMUM or newer. Install it with:" \
        $'\n'"  curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh"
    local version
    version=$(rustc --version | cut -d ' ' -f 2)
    version_at_least "$RUST_MINIMUM" "$version" || fail "Reeve needs Rust $RUST_MINIMUM or newer;" \
        "this is $version ($(command -v rustc)). Renew it with: rustup update stable" \
        $'\n'"(if it came with the system, install rustup first: https://rustup.rs)"
}

# Whether the server programs of a new enough PostgreSQL are where Reeve looks for them.
have_postgresql() {
    local IFS=: folder version
    local folders=()
    if [ -n "${REEVE_PG_BIN:-}" ]; then
        folders=("$REEVE_PG_BIN")
    else
        # shellcheck disable=SC2206 # PATH is split on purpose
        folders=($PATH /usr/lib/postgresql/*/bin /usr/pgsql-*/bin /usr/local/pgsql/bin /opt/homebrew/opt/postgresql@*/bin)
    fi
    for folder in "${folders[@]}"; do
        [ -x "$folder/initdb" ] && [ -x "$folder/postgres" ] && [ -x "$folder/pg_ctl" ] || continue
        version=$("$folder/postgres" --version 2>/dev/null | sed -n 's/^[^)]*) \([0-9]*\).*/\1/p')
        [ "${version:-0}" -ge "$PG_MINIMUM" ] && return 0
    done
    return 1
}

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

install_with_apt() {
    have apt-get || return 1
    [ "$(id -u)" = 0 ] || have sudo || return 1
    say "Installing with apt-get: $*"
    case " $* " in *" postgresql "*) leave_no_default_cluster ;; esac
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@" >&2 ||
        { as_root apt-get update -q >&2 &&
            as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@" >&2; }
}

# Debian starts a cluster of its own when the package is installed; Reeve wants the programs only.
# A choice that somebody made before is left alone.
leave_no_default_cluster() {
    local settings=/etc/postgresql-common/createcluster.conf
    grep -qs '^[[:space:]]*create_main_cluster' "$settings" && return 0
    as_root mkdir -p "${settings%/*}"
    printf 'create_main_cluster = false\n' | as_root tee -a "$settings" >/dev/null
}

need_system_packages() {
    local missing=()
    have cc || have gcc || have clang || missing+=(gcc libc6-dev)
    if ! have_postgresql; then
        [ -z "${REEVE_PG_BIN:-}" ] || fail "REEVE_PG_BIN is $REEVE_PG_BIN, and holds no PostgreSQL" \
            "$PG_MINIMUM or newer (initdb, postgres, pg_ctl). Correct or unset it."
        missing+=(postgresql)
    fi
    [ ${#missing[@]} -gt 0 ] || return 0
    install_with_apt "${missing[@]}" || fail "Please install, then run this again:" \
        $'\n'"  a C compiler (gcc or clang) and PostgreSQL $PG_MINIMUM or newer, the server package" \
        $'\n'"  Debian, Ubuntu: sudo apt-get install ${missing[*]}" \
        $'\n'"  Fedora, RHEL:   sudo dnf install gcc postgresql-server" \
        $'\n'"  Arch, Alpine:   the packages gcc and postgresql" \
        $'\n'"  macOS:          xcode-select --install; brew install postgresql@17" \
        $'\n'"If PostgreSQL is elsewhere, name the folder of its programs in REEVE_PG_BIN."
    have_postgresql || fail "The PostgreSQL of this system is older than $PG_MINIMUM. Newer ones for" \
        "Debian and Ubuntu are at https://wiki.postgresql.org/wiki/Apt"
}

need_to_build() {
    need_rust
    need_system_packages
}
