#!/bin/sh
# SPDX-License-Identifier: MIT
# clang-format decides the layout of the C sources, those of the code models included.
. "$srcdir/tests/support/tap.sh"
cd "$srcdir" || exit 99
find lib codemodels tests bench -name generated -prune -o -name synaptogen-generated -prune -o -name '*.[ch]' -print |
    sort >"$tmp/c"
find codemodels bench -name '*.mod' | sort >"$tmp/mod"

# Complaints about all C files, from one process.
complaints() {
    xargs clang-format --style=file --dry-run <"$tmp/c" >"$tmp/complaints" 2>&1
}
# clang-format does not know the ending .mod, so it reads these as C from its standard input.
formatted_mod() {
    clang-format --style=file --assume-filename="${1%.mod}.c" <"$1" | diff "$1" -
}

# The layout is for those who change the code: they have a repository.
if [ ! -e .git ]; then
    reason='this is no repository'
elif ! command -v clang-format >/dev/null; then
    reason='clang-format is not installed'
elif ! clang-format --version | grep -q 'version 14'; then
    reason='clang-format is not of version 14; layouts differ between versions'
else
    reason=
fi
if [ -n "$reason" ]; then
    skip "the sources have the layout of clang-format" "$reason"
    finish
    exit
fi
check "clang-format reads all sources" complaints
while read -r file; do
    claim="$file has the layout of clang-format"
    case $file in
        *.mod) check "$claim" formatted_mod "$file" ;;
        *) check "$claim" sh -c '! grep -A 2 "^$1:" "$2"' sh "$file" "$tmp/complaints" ;;
    esac
done <<EOF
$(cat "$tmp/c" "$tmp/mod")
EOF
check "there are sources of C and of code models" test -s "$tmp/c" -a -s "$tmp/mod"
finish
