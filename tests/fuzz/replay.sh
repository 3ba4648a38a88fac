#!/bin/sh
# SPDX-License-Identifier: MIT
# The inputs of corpus/: found by fuzzing, by hand, or written as good examples. None breaks a rule of its target (fuzz.h).
. "$srcdir/tests/support/tap.sh"
for folder in "$srcdir"/tests/fuzz/corpus/*; do
    set -- "$folder"/*
    check "${folder##*/}: $# inputs that nobody has checked break no rule" \
        env TMPDIR="$tmp" "$builddir/tests/fuzz/fuzz" "${folder##*/}" "$@"
done
targets=$("$builddir/tests/fuzz/fuzz" 2>&1 | sed -n 's/.*the targets: //p')
every_target() {
    for target in $targets; do
        [ -d "$srcdir/tests/fuzz/corpus/$target" ] || { echo "corpus/$target is missing"; return 1; }
    done
    [ -n "$targets" ]
}
check "every target has inputs" every_target
finish
