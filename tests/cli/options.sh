#!/bin/sh
# SPDX-License-Identifier: MIT
# Every subcommand has the options of this table, in its help, its manual page and the completion of bash; others are
# refused by name. The objects of the command have no circle.
. "$srcdir/tests/support/tap.sh"
syn() { "$SYNAPTOGEN" "$@"; }
cd "$tmp" || exit 99

cat >table <<'END'
info: attempts bandwidth error-rate help order output params seed tolerance version window
sample: cells cycles first help name order output params part seed start version
pulse: cells first help init name order output params r-init seed start version voltages
iv: cells cycles first help name order output params plot points seed start u-max u-min version
program: attempts bandwidth first help index order output params part report seed start state storage stuck-hrs stuck-lrs targets tolerance version
read: bandwidth conductance help index output params part u version
vmm: bandwidth help index output params part version voltages
netlist crossbar: attempts cells cols drive driver help init library mode order output params pattern picture pulse r-bl r-wl rows scheme seed sense start state state-out tile v-gate v-read v-reset v-set version voltages
crossbar solve: bandwidth help index nodes order output params ports seed side version
crossbar write: attempts bandwidth both-ends by-cell cols driver first help index init order output params pattern plot r-bl r-wl rows scheme seed start state steps stuck-hrs stuck-lrs targets tolerance v-read v-reset v-set version
crossbar read: bandwidth both-ends driver each-row help index output params part plot r-bl r-wl sense sneak v-read version voltages
join: add help output version
import: columns cycle-per-file help look output pairs polarity scale shunt u0 version
extract: columns cycle-per-file help html output pairs plot polarity scale shunt u0 version
fit: columns compliance components curves cycle-per-file degree devices help marginals name order output pairs params polarity scale seed shunt skip starts sweeps trend u0 version
validate: help order output report seed skip trend version
report: columns compliance components curves cycle-per-file degree devices help marginals name order output pairs params polarity scale seed shunt skip starts trend u0 version
END
cut -d: -f1 table >commands

listed() {
    syn --help | sed -n 's/^  \([a-z]*\( [a-z]\{1,\}\)*\)  .*/\1/p' >found
    diff commands found
}
check "the help of the command lists these subcommands" listed

# sorted: lines become words of one line, in order.
sorted() { sort -u | tr '\n' ' ' | sed 's/ $//'; }
of_help() { syn $1 --help | sed -n '/^Options:/,$s/^  \(-., \)*--\([a-z0-9-]*\).*/\2/p' | sorted; }
of_page() { syn --man $1 | sed -n '/^\.SH OPTIONS/,/^\.SH EXIT/p' | grep -A 1 '^\.TP' | sed 's/\\f.//g; s/\\//g' |
    sed -n 's/^\(-., \)*--\([a-z][a-z0-9-]*\).*/\2/p' | sorted; }
of_completion() {
    case $1 in *' '*) words=$1 ;; *) words="$1 " ;; esac
    sed -n "/^        \"$words\"\*)/,/;;\$/s/^ *options=\"\(.*\)\"/\1/p" script | tr ' ' '\n' | sed 's/^--//' | sorted
}
syn --completion bash >script
while IFS=: read -r command options; do
    for text in help page completion; do
        check "$text of $command: the options of the table" test "$(of_$text "$command")" = "${options# }"
    done
done <table

# The first two options of the table that a subcommand does not have. An abbreviation of an own option is none of them.
cut -d: -f2 table | tr ' ' '\n' | grep . | sort -u >all
refuses() { # COMMAND OPTION
    syn $1 "--$2" >out 2>err
    [ $? -eq 2 ] && [ ! -s out ] && [ "$(wc -l <err)" -eq 1 ] && grep -q -e "of \"synaptogen $1\" .* found \"--$2\"" err ||
        { cat err; return 1; }
}
while IFS=: read -r command options; do
    foreign=0
    while read -r option; do
        case "$options " in *" $option"*) continue ;; esac
        [ $foreign -lt 2 ] && check "$command refuses --$option by name" refuses "$command" "$option"
        foreign=$((foreign + 1))
    done <all
done <table

nearest() { # WORD ARGUMENT...
    word=$1
    shift
    syn "$@" >out 2>err
    [ $? -eq 2 ] && grep -q -F "the nearest is \"$word\"" err || { cat err; return 1; }
}
check "a mistyped option gets the nearest one" nearest --cells sample --cels 3
check "a mistyped option with a value gets the nearest one" nearest --v-reset netlist crossbar --v-rest=1
check "a mistyped subcommand gets the nearest one" nearest sample smaple
check "a mistyped first word gets the nearest subcommand" nearest "crossbar read" crosbar read
nothing_near() {
    syn sample --temperature 300 2>err
    [ $? -eq 2 ] && lacks err nearest
}
check "nothing is near to something quite different" nothing_near
check "a switch takes no value" sh -c '"$1" read x --conductance=1 2>&1 | grep -F -x -e "$2"' sh "$SYNAPTOGEN" \
    'synaptogen: --conductance: expected no value, found "1"'

one_version() {
    { syn --version; while read -r command; do syn $command --version; done <commands; } >versions
    [ "$(wc -l <versions)" -eq 18 ] && [ "$(sort -u versions | wc -l)" -eq 1 ] && grep -q '^synaptogen [0-9.]*$' versions
}
check "--version prints the same everywhere" one_version

narrow() {
    while read -r command; do syn $command --help; done <commands >helps
    awk 'length > 80 && $0 !~ /^[^ ]*$/ { print; bad = 1 } END { exit bad || NR < 200 }' helps
}
check "lines of the help have at most 80 characters" narrow

sections() {
    while read -r command; do
        syn --man $command >page || return 1
        for section in NAME SYNOPSIS DESCRIPTION OPTIONS 'EXIT STATUS' EXAMPLES 'SEE ALSO'; do
            grep -q "^\.SH $section\$" page || { echo "$command has no $section"; return 1; }
        done
    done <commands
}
check "every manual page has its sections" sections
rendered() {
    { syn --man; while read -r command; do syn --man $command; done <commands; } >pages
    groff -man -ww -Tascii pages >text 2>warnings && diff /dev/null warnings
}
if command -v groff >/dev/null; then
    check "groff renders the manual pages without a warning" rendered
else
    skip "groff renders the manual pages without a warning" "no groff"
fi
check "an unknown manual page is refused" sh -c '! "$1" --man simple 2>/dev/null' sh "$SYNAPTOGEN"

cat >complete.bash <<'END'
source ./script
completes() { # EXPECTED WORD...: what the last word is completed to
    expected=$1
    shift
    COMP_WORDS=(synaptogen "$@") COMP_CWORD=$# COMPREPLY=()
    _synaptogen
    [[ ${COMPREPLY[*]} == "$expected" ]] || { echo "$*: ${COMPREPLY[*]}"; exit 1; }
}
touch weights.state
completes "sample" sa
completes "solve write read" crossbar ""
completes "--cycles" sample --cy
completes "cold stationary" sample --start ""
completes "write write-verify" netlist crossbar --mode w
completes "weights.state" crossbar read wei
completes "weights.state" vmm weights.state --voltages weig
completes "" sample --cells ""
END
if command -v bash >/dev/null; then
    check "bash completes subcommands, options, their words, and files" bash complete.bash
else
    skip "bash completes subcommands, options, their words, and files" "no bash"
fi

# An edge from each object to those whose functions it uses; tsort complains about a circle.
no_circle() {
    find "$builddir/lib/cli" -path '*/.libs/libsyncli_la-*.o' >objects
    [ "$(wc -l <objects)" -gt 20 ] || return 1
    xargs nm -A <objects | sed 's|:[0-9a-f]*| |' >symbols # object kind name; two folders may have objects of one name
    awk '$2 ~ /^[TDRB]$/ { print $3, $1 }' symbols >defined
    awk '$2 == "U" { print $3, $1 }' symbols >used
    awk 'NR == FNR { owner[$1] = $2; next } $1 in owner && owner[$1] != $2 { print $2, owner[$1] }' defined used | sort -u >edges
    [ -s edges ] && tsort edges >order 2>circle && diff /dev/null circle
}
check "the objects of the command use each other without a circle" no_circle
finish
