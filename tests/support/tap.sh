# SPDX-License-Identifier: MIT
# For the test scripts: . "$srcdir/tests/support/tap.sh". Prints TAP; $tmp is a scratch folder.
LC_ALL=C
export LC_ALL
tmp=$(mktemp -d) || exit 99
trap 'rm -rf "$tmp"' EXIT
count=0
started=$(date +%s%N)

# check CLAIM COMMAND...: a command that fails where the claim does not hold; what it printed is shown then.
check() {
    count=$((count + 1))
    claim=$1
    shift
    ok='not ok'
    if "$@" >"$tmp/log" 2>&1; then ok=ok; fi
    # The time since the check before, as in the test programs: a script prepares its checks between them.
    now=$(date +%s%N)
    took=$(((now - started) / 10000000)) started=$now
    printf '%s %d - %s  (%d.%02ds)\n' "$ok" $count "$claim" $((took / 100)) $((took % 100))
    if [ "$ok" = 'not ok' ]; then
        head -n 20 "$tmp/log" | sed 's/^/# /'
    fi
}

# skip CLAIM REASON
skip() {
    count=$((count + 1))
    printf 'ok %d - %s # SKIP %s\n' $count "$1" "$2"
}

# differ FILE FILE: both can be read, and they are not the same.
differ() {
    cmp -s "$1" "$2"
    [ $? -eq 1 ]
}

# lacks FILE WORDS...: the file has lines, and a grep with these words finds none of them.
lacks() {
    test -s "$1" || { echo "$1 is empty or missing"; return 1; }
    file=$1
    shift
    grep "$@" "$file"
    [ $? -eq 1 ]
}

finish() {
    echo "1..$count"
}
