# SPDX-License-Identifier: MIT
# For the test scripts: . "$srcdir/tests/support/tap.sh". Prints TAP; $tmp is a scratch folder.
LC_ALL=C
export LC_ALL
tmp=$(mktemp -d) || exit 99
trap 'rm -rf "$tmp"' EXIT
count=0

# check CLAIM COMMAND...: a command that fails where the claim does not hold; what it printed is shown then.
check() {
    count=$((count + 1))
    claim=$1
    shift
    if "$@" >"$tmp/log" 2>&1; then
        printf 'ok %d - %s\n' $count "$claim"
    else
        printf 'not ok %d - %s\n' $count "$claim"
        head -n 20 "$tmp/log" | sed 's/^/# /'
    fi
}

# skip CLAIM REASON
skip() {
    count=$((count + 1))
    printf 'ok %d - %s # SKIP %s\n' $count "$1" "$2"
}

finish() {
    echo "1..$count"
}
