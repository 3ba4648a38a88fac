#!/bin/sh
# SPDX-License-Identifier: MIT
# The library's rooms build on each other in one order: a room includes itself, base, the rooms before it and the public
# headers. Public headers declare nothing private.
. "$srcdir/tests/support/tap.sh"
cd "$srcdir/lib" || exit 1
rooms="base model cell array crossbar measure train cli"

# Prints each include of room $1 that the rule does not allow; $2: the rooms that it may use, as "a|b".
foreign() {
    find "$1" -name '*.[ch]' -exec grep -H '^#include "' {} + |
        grep -v -E "#include \"($2)/[a-z_/0-9]*\.h\"$"
}

before=
for room in $rooms; do
    before=${before:+$before|}$room
    foreign "$room" "$before" >"$tmp/foreign"
    check "$room includes itself, base, the rooms before it and public headers" diff /dev/null "$tmp/foreign"
    check "$room has sources" sh -c '[ -n "$(find "$1" -name "*.c")" ]' sh "$room"
done
# The kernels of the crossbar do not know the crossbar.
for part in lines ports; do
    foreign "crossbar/$part" "base|model|cell|array|crossbar/$part" >"$tmp/foreign"
    check "crossbar/$part includes itself and rooms before crossbar" diff /dev/null "$tmp/foreign"
done
# Files and what is found in sweeps know nothing of each other.
for part in import extract; do
    foreign "measure/$part" "base|measure/$part" >"$tmp/foreign"
    check "measure/$part includes itself and base" diff /dev/null "$tmp/foreign"
done
check "every folder of lib is a room or the public headers" sh -c \
    '[ "$(find . -mindepth 1 -maxdepth 1 -type d ! -name ".*" | sort | tr -d "./" | tr "\n" " ")" = "$1" ]' sh \
    "$(printf "%s\n" $rooms synaptogen python | sort | tr "\n" " ")"
check "the folder of public headers holds headers alone" sh -c '! ls synaptogen | grep -v "\.h$"'
check "public headers name nothing private" sh -c 'test -f synaptogen/cell.h && ! grep -n synp_ synaptogen/*.h'
finish
