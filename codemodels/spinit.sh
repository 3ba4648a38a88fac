#!/bin/sh
# SPDX-License-Identifier: MIT
# spinit.sh add PLUG-IN LIBRARY   Puts the plug-in beside the code models of $NGSPICE, and synaptogen.lib into its folder
#                                 of scripts. Adds the plug-in to the start-up file `spinit` there. Then every netlist has
#                                 the models, and `.include synaptogen.lib` needs no path.
# spinit.sh remove                Takes all of it away again.
# $NGSPICE_SCRIPTS names the folder of scripts. Without it ngspice says where it is. $DESTDIR is put before all paths.
set -eu
unset CDPATH
mark='* Synaptogen for ngspice; make uninstall-ngspice removes this line and the next'

fail() {
    echo "spinit.sh: $*" >&2
    exit 1
}

# Prints the folder in which this ngspice looks for scripts. The start-up file of a user does not count.
scripts_of_ngspice() {
    home=$(mktemp -d)
    printf 'sourcepath\n.control\necho sourcepath $sourcepath\nquit\n.endc\n.end\n' >"$home/ask.cir"
    HOME=$home "$NGSPICE" -b "$home/ask.cir" 2>/dev/null </dev/null | tr -d '()' | awk '$1 == "sourcepath" { print $NF; exit }'
    rm -rf "$home"
}

# Replaces the text of spinit by that from standard input. File, owner and mode stay.
rewrite() {
    cat >"$work/spinit" && cat "$work/spinit" >"$spinit"
}

add() {
    [ -z "$(sed -n "/^$mark/p" "$spinit")" ] || remove
    line=$(grep -n '^[[:space:]]*codemodel ' "$spinit" | tail -n 1 | cut -d : -f 1)
    [ -n "$line" ] || fail "$spinit loads no code models: this ngspice has no folder for them"
    folder=$(sed -n "${line}s/^[[:space:]]*codemodel //p" "$spinit")
    folder=${folder%/*}
    install -m 644 "$1" "$DESTDIR$folder/synaptogen.cm"
    sed 's|@netlistsdir@/||; /^\* ngspice changes/d; /^\.control/,/^\.endc/d' "$2" >"$work/library"
    install -m 644 "$work/library" "$DESTDIR$scripts/synaptogen.lib"
    sed "$line"'i\
'"$mark"'\
codemodel '"$folder/synaptogen.cm" "$spinit" | rewrite
    echo "Every netlist in $NGSPICE has the models of Synaptogen now, and \`.include synaptogen.lib\` needs no path."
}

remove() {
    plugin=$(sed -n "/^$mark/{n;s/^codemodel //p;}" "$spinit")
    [ -n "$plugin" ] || return 0
    rm -f "$DESTDIR$plugin" "$DESTDIR$scripts/synaptogen.lib"
    sed "/^$mark/{N;d;}" "$spinit" | rewrite
}

DESTDIR=${DESTDIR:-}
scripts=${NGSPICE_SCRIPTS:-$(scripts_of_ngspice)}
spinit=$DESTDIR$scripts/spinit
[ -w "$spinit" ] || fail "cannot write to $spinit: NGSPICE_SCRIPTS names another folder of ngspice's scripts"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
case $*:$# in
    add\ *:3) add "$2" "$3" ;;
    remove:1) remove ;;
    *) fail "expected add PLUG-IN LIBRARY or remove" ;;
esac
