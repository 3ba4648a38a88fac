#!/bin/sh
# SPDX-License-Identifier: MIT
# What the shared library and the plug-in export, and what they use of other libraries.
. "$srcdir/tests/support/tap.sh"
library=$builddir/lib/.libs/libsynaptogen.so
lists=$srcdir/tests/project

# symbols FILE defined|undefined: the names of its dynamic symbols, in order. A fortified name (__printf_chk) and one with
# the year of a standard (__isoc99_sscanf) become the name that the source calls. A version node is no name.
symbols() {
    nm -D "--$2-only" "$1" >"$tmp/nm" &&
        awk '$(NF - 1) ~ /^[A-Za-z]$/ && $(NF - 1) != "A" { sub(/@.*/, "", $NF); print $NF }' "$tmp/nm" |
        sed 's/^__isoc[0-9]*_//; s/^__\(.*\)_chk$/\1/' | sort -u
}

# exports_only FILE NAMES: the file exports these names and no other.
exports_only() {
    symbols "$1" defined >"$tmp/exported" && test -s "$tmp/exported" && diff "$2" "$tmp/exported"
}

# uses_only FILE LIST...: a LIST holds names that FILE may use, as expressions for a whole name. # begins a comment.
uses_only() {
    symbols "$1" undefined >"$tmp/used" && test -s "$tmp/used" || return 1
    shift
    cat "$@" | sed 's/#.*//' | tr -s ' ' '\n' | grep . >"$tmp/allowed" && test -s "$tmp/allowed" || return 1
    ! grep -v -x -E -f "$tmp/allowed" "$tmp/used"
}

cat "$srcdir"/lib/synaptogen/*.h | sed -n 's/^[a-z].*[ *]\(syn_[a-z0-9_]*\)(.*/\1/p' | sort -u >"$tmp/declared"
check "the public headers declare functions" test -s "$tmp/declared"
check "the library exports the functions of the public headers and nothing else" exports_only "$library" "$tmp/declared"
# What a program relies on that was built with earlier headers. A change must be meant.
same_interface() {
    ${CC:-cc} -E "-I$srcdir/lib" "$srcdir/lib/synaptogen/synaptogen.h" | LC_ALL=C awk -f "$lists/interface.awk" >"$tmp/interface" &&
        test -s "$tmp/interface" && diff "$lists/interface.txt" "$tmp/interface" && return
    echo "The public interface has changed. If this is meant: make interface, a line in CHANGES, and after a release another"
    echo "-version-info in lib/Makefile.inc."
    return 1
}
check "the public headers declare what interface.txt says: functions, members of structures, constants" same_interface
# CMdevNumFor is for the plug-in that chooses among those of several versions of ngspice.
printf '%s\n' CMdevNum CMdevNumFor CMdevs CMgetCoreItfPtr CMudnNum CMudns >"$tmp/asked"
check "the plug-in exports what ngspice and codemodels/chooser.c ask for and nothing else" exports_only "$PLUGIN" "$tmp/asked"
check "the library uses functions of its list alone: it neither prints nor ends the process" \
    uses_only "$library" "$lists/imports.library"
check "the plug-in uses functions of the library's list and its own alone" \
    uses_only "$PLUGIN" "$lists/imports.library" "$lists/imports.plugin"
finish
