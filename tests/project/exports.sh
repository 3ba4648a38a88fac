#!/bin/sh
# SPDX-License-Identifier: MIT
# The shared library exports what the public headers declare, and nothing else.
. "$srcdir/tests/support/tap.sh"
library=$(ls "$builddir"/lib/.libs/libsynaptogen.so)
nm -D --defined-only "$library" | awk '$2 ~ /[A-Z]/ { print $3 }' | sort >"$tmp/exported"
cat "$srcdir"/lib/synaptogen/*.h | sed -n 's/^[a-z].*[ *]\(syn_[a-z0-9_]*\)(.*/\1/p' | sort -u >"$tmp/declared"

check "only symbols that begin with syn_ are exported" sh -c "! grep -v '^syn_' '$tmp/exported'"
check "the exports are the functions of the headers" diff "$tmp/declared" "$tmp/exported"
check "the plug-in exports only what ngspice asks for" sh -c \
    "! nm -D --defined-only '$builddir/codemodels/.libs/synaptogen.cm' | awk '{ print \$3 }' | grep -v '^CM'"
check "the library neither prints nor ends the process" sh -c \
    "! nm -D --undefined-only '$library' | grep -w -E 'printf|puts|putchar|perror|exit|_exit|abort|stdout|stderr'"
finish
