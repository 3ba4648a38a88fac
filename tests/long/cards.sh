#!/bin/sh
# SPDX-License-Identifier: MIT
# Hostile cards. Every parameter of every code model gets values that it can have and values that it cannot, in `ngspice -b`
# and by altermod. The parameters come from the interfaces, codemodels/synaptogen/*/ifspec.ifs and crossbar.ifs, and their
# ranges from the tables of docs/codemodels.md: a new parameter is tried without a change here.
#
# A card is good if it is
#   - refused: one line of ours that names the instance, or an error of ngspice, and an exit status other than 0; or
#   - accepted: the value is in the documented range, and the currents are finite and the same as those of a second route to
#     the same value, a .param in braces, or those of a new netlist after altermod.
# All else is a finding: a crash, a hang, a value outside of its range that is accepted, a refusal without a line.
. "$srcdir/tests/support/tap.sh"
cd "$tmp" || exit 99
models=$srcdir/codemodels/synaptogen
page=$srcdir/docs/codemodels.md
long=
[ "$SYNAPTOGEN_TEST_LEVEL" = long ] && long=yes

# parameters MODEL: its parameters with their types, real or string, a line for each.
parameters() {
    case $1 in cell) common= ;; *) common=$models/crossbar.ifs ;; esac
    awk '/^[A-Z_]*TABLE:/ { table = $1 }
         table == "PARAMETER_TABLE:" && /^Parameter_Name:/ { n = NF; for (k = 2; k <= NF; k++) name[k] = $k }
         table == "PARAMETER_TABLE:" && /^Data_Type:/ { for (k = 2; k <= n; k++) print name[k], $k }' "$models/$1/ifspec.ifs" $common
}

# range MODEL PARAMETER: the documented range. Tiles and arrays refer to the table of the cell.
range() {
    awk -v cell="$([ "$1" = cell ] && echo yes)" -v wanted="\`$2\`" -F ' *[|] *' '
        /^## / { part = $0 }
        index($2, wanted) && (part ~ /One cell/ || (part ~ /tiles and arrays/ && cell == "" && $4 != "")) { found = $4 }
        END { gsub("2\\^53", "9007199254740992", found); gsub("`", "", found); print found }' "$page"
}

# in_range RANGE VALUE: whether a number is in the range, as far as a range of numbers goes.
in_range() {
    awk -v range="$1" -v value="$2" 'BEGIN {
        x = value + 0
        if (x - x != 0) # not finite
            exit 1
        n = split(range, word, /[ ,]+/)
        whole = word[1] == "whole"
        if (range == "any number")
            good = 1
        else if (word[1] == "from")
            good = x >= word[2] + 0
        else if (range ~ /\(0 or 1\)/)
            good = near(x) && x > -0.5 && x < 1.5
        else if (range ~ / to /)
            good = x >= word[1 + whole] - 1e-9 * whole && x <= word[3 + whole] + 0 && (!whole || near(x))
        else
            for (k = 1; k <= n; k++)
                good = good || (word[k] ~ /^-?[0-9]/ && near(x - word[k]))
        exit !good
    }
    # Numbers of expressions are not exact: synp_whole in lib/base/numeric.h.
    function near(x, away) {
        away = x < 0 ? -x : x
        away -= int(away + 0.5)
        return away <= 1e-9 && away >= -1e-9
    }'
}

# netlist SEAT TEXT: a netlist with TEXT among the parameters of the .model line. The seat is cell, tile or a bank of an array.
netlist() {
    echo hostile
    printf '.include %s\n' "$builddir/netlists/synaptogen.lib"
    printf 'v1 w 0 dc 0.1 pwl(0 0.1 1n -2 2n 0.1)\nv2 b 0 0\n'
    drop="^$(expr "$2" : '\([a-z_]*\)=')="
    keep() { printf '%s\n' "$@" | grep -v -e "$drop" | tr '\n' ' '; }
    case $1 in
        cell) printf 'a1 %%gd(w b) m\n.model m synaptogen(%s %s)\n' "$(keep seed=1)" "$2" ;;
        tile) printf 'a1 [ w w b b ] m\n.model m synaptogen_tile(%s %s)\n' "$(keep rows=2 cols=2 seed=1 first=0 r_wl=1)" "$2" ;;
        inputs)
            printf 'a1 [ w w ] null null m\na2 null [ o1 o2 ] null n\n.model n synaptogen_array(array="x" side="bottom")\n'
            printf '.model m synaptogen_array(%s %s)\n' "$(keep 'array="x"' 'side="left"' rows=2 cols=2 seed=1 first=0 r_wl=1)" "$2"
            ;;
        outputs)
            printf 'a1 null [ o1 o2 ] null m\na2 [ w w ] null null n\n.model n synaptogen_array(array="x" side="left")\n'
            printf '.model m synaptogen_array(%s %s)\n' "$(keep 'array="x"' 'side="bottom"' rows=2 cols=2 seed=1 first=0 r_wl=1)" "$2"
            ;;
        ports)
            printf 'a1 null null [ w w ] m\n.model m synaptogen_array(%s %s)\n' \
                "$(keep 'array="x"' 'at="left:0+left:1"' 'rest_ground="bottom"' rows=2 cols=2 seed=1 first=0 r_wl=1)" "$2"
            ;;
    esac
    case $1 in inputs | outputs) node='v(o1)' ;; *) node='i(v1)' ;; esac
}

# in_batch FILE: runs a netlist; $status is its exit status, $said what it said, $out the numbers of its tables.
in_batch() {
    timeout 60 "$NGSPICE" -b "$1" >said 2>&1 </dev/null
    status=$?
    grep -E '^[0-9]+[[:space:]]' said >out
}

# finding WHAT: the present card is one.
finding() {
    findings=$((findings + 1))
    printf '%s: %s: %s\n' "$seat" "$written" "$1" >>found
}

# refused: the present card has ended as it should.
is_refused() {
    ours=$(grep -c '^Instance: a[12] .*synaptogen: ' said)
    if [ "$status" -ge 124 ]; then
        finding "status $status, a crash or a hang"
    elif [ "$ours" -gt 1 ]; then
        finding "$ours lines"
    elif [ "$ours" -eq 0 ] && ! grep -q -i -E 'error|undefined|unrecognized|unable|unknown' said; then
        finding "status $status without a reason: $(tail -n 1 said)"
    fi
}

# card EXPECTED TEXT: tries a .model line. EXPECTED: `never` (it must be refused), or the text of a second route to the same.
card() {
    cases=$((cases + 1)) written=$2
    { netlist "$seat" "$2" && printf '.op\n.tran 0.1n 2n\n.print tran %s\n.end\n' "$node"; } >card.cir
    in_batch card.cir
    if [ $status -ne 0 ]; then
        is_refused
    elif [ "$1" = never ]; then
        finding "accepted"
    elif ! [ -s out ] || grep -q -i -E 'nan|inf' out; then
        finding "accepted, but its currents are no numbers"
    elif [ "$1" != "$2" ]; then
        mv out first
        { netlist "$seat" "$1" && printf '.op\n.tran 0.1n 2n\n.print tran %s\n.end\n' "$node"; } >card.cir
        in_batch card.cir
        if [ $status -ne 0 ]; then
            finding "accepted, but the same value as $1 ends with status $status: $(tail -n 1 said)"
        else
            cmp -s out first || finding "accepted, but the same value as $1 gives other currents"
        fi
    fi
}

# altered NAME VALUE: altermod sets it after a run; the next run must be that of a netlist that has it from the beginning.
altered() {
    cases=$((cases + 1)) written="altermod $1 = $2"
    {
        netlist "$seat" "" && printf '.control\nop\naltermod m %s = %s\ntran 0.1n 2n\nprint %s\nquit 0\n.endc\n.end\n' "$1" "$2" "$node"
    } >card.cir
    in_batch card.cir
    if [ $status -ne 0 ]; then
        is_refused
    elif grep -q -i -E '^error|^warning' said && ! [ -s out ]; then
        : # ngspice has refused the command
    elif ! in_range "$3" "$2"; then
        finding "accepted"
    else
        mv out first
        { netlist "$seat" "$1=$2" && printf '.control\nop\ntran 0.1n 2n\nprint %s\nquit 0\n.endc\n.end\n' "$node"; } >card.cir
        in_batch card.cir
        if [ $status -ne 0 ]; then
            finding "accepted, but $1=$2 from the beginning ends with status $status: $(tail -n 1 said)"
        else
            cmp -s out first || finding "accepted, but other currents than with $1=$2 from the beginning"
        fi
    fi
}

# ngspice 39 itself crashes at a [ without its ], and takes letters after a number for a unit: "3x" is 3.
numbers='-1 -0.5 -1e-30 -1e30 0 1e-30 0.5 1 1.0001 2 3.5 10 11 1e3 1048577 1e12 1.0001e12 1e15 1.0001e15 9007199254740994 1e30 1e300 1e308'
no_number='"" "word" word [] ] {0/0} {1/0} {sqrt(-1)} nan inf'
text=$(printf '%5000s' '' | tr ' ' x)

# try_number NAME RANGE
try_number() {
    card never "$1=1e400"
    [ "$long" ] || return 0
    for value in $numbers; do
        if in_range "$2" "$value"; then
            card "$1={hostile}
.param hostile=$value" "$1=$value"
        else
            card never "$1=$value"
        fi
    done
    for value in -1e400 $no_number; do
        card never "$1=$value"
    done
    card never "$1=[1 2]"
    card never "$1=\"$text\""
    for value in $numbers 1e400 -1e400; do
        altered "$1" "$value" "$2"
    done
}

# try_text NAME RANGE
try_text() {
    case $2 in
        *sides | *' or '* | *side | *ends) wrong='"word" "x+left" "left+" "+left" "left++top" "%s%n" ";"' ;; # nothing but these words
        *) wrong= ;;
    esac
    card never "$1=\"\""
    [ "$long" ] || return 0
    # An array with a single instance may have any name.
    expected=never
    [ "$seat $1" != 'ports array' ] || expected='array="x"'
    card "$expected" "$1=\"$text\""
    for value in $wrong '[]' ']' '[ "left" "left" ]'; do
        card never "$1=$value"
    done
    # ngspice makes a text of the number, which may be the name of a file that is written.
    for value in '{-1}' '{0.5}'; do
        if [ "$1" = state_out ]; then card "$1=$value" "$1=$value"; else card "$expected" "$1=$value"; fi
    done
    for value in '"%s%n%s%n"' '"/"' '"."' '"../.."' '"/dev/null/x"' '"a b"'; do
        card "$1=$value" "$1=$value"
    done
    for value in -1 0.5 2 1e400; do
        case $2 in *'(0 or 1)'*) altered "$1" $value "$2" ;; *) altered "$1" $value none ;; esac
    done
}

# try_seat SEAT MODEL: all parameters of a model there.
try_seat() {
    seat=$1 cases=0 findings=0
    : >found
    parameters "$2" >list
    while read -r name type <&3; do
        range=$(range "$2" "$name")
        written=$name
        if [ -z "$range" ]; then
            finding "no range in docs/codemodels.md"
        elif [ "$type" = real ]; then
            try_number "$name" "$range"
        else
            try_text "$name" "$range"
        fi
    done 3<list
    judge_all "$cases hostile cards of $seat are refused with a line, or their values are in range and right"
}

# judge_all CLAIM: shows what has been found.
judge_all() {
    echo "# $seat: $cases cases, $findings findings"
    sed 's/^/# /' found
    check "$1" test $findings -eq 0 -a $cases -gt 10
}

# whole EXPECTED LINES: a netlist of its own, beside two sources; it must be refused, or for `fine` accepted.
whole() {
    cases=$((cases + 1)) written=$2
    printf 'hostile\n.include %s\nv1 w 0 0.1\nv2 b 0 0\n%b\n.op\n.tran 1n 2n\n.print tran i(v1)\n.end\n' \
        "$builddir/netlists/synaptogen.lib" "$2" >card.cir
    in_batch card.cir
    if [ "$1" = fine ]; then
        [ $status -eq 0 ] && [ -s out ] || finding "refused with status $status: $(grep -m 1 Instance said)"
    elif [ $status -eq 0 ]; then
        finding accepted
    else
        is_refused
    fi
}

# Nodes that are too many, too few or of the wrong kind; models without parameters; numbers of cells and banks that collide.
try_circuits() {
    seat=circuits cases=0 findings=0
    : >found
    whole fine 'a1 %gd(w b) m\n.model m synaptogen'
    whole fine 'a1 %gd(w b) m\n.model m synaptogen()'
    whole fine 'a1 %g(w) m\n.model m synaptogen()'
    for nodes in w '%gd(w)' '%gd(w b w)' '%gd(w b) %gd(w b)' '[w b]' '%g(w b)' '%v(w)' '%i(w)' '%vd(w b)' null '%gd(null null)' ''; do
        whole never "a1 $nodes m\n.model m synaptogen(seed=1)"
    done
    whole never 'a1 [w b] m\n.model m synaptogen_tile'
    whole never 'a1 [w] null null m\n.model m synaptogen_array'
    whole fine 'a1 [w b] m\n.model m synaptogen_tile(rows=1 cols=1)'
    for nodes in '[w]' '[w b w]' '[]' null w 'w b' '%gd[w b]' '%v[w b]' '[w b] [w b]' '[null null]'; do
        whole never "a1 $nodes m\n.model m synaptogen_tile(rows=1 cols=1)"
    done
    array='synaptogen_array(array="x" side="left" rows=2 cols=2 rest_ground="bottom")'
    whole fine "a1 [w w] null null m\n.model m $array"
    for nodes in '[w w]' '[w w] null' '[w w] null null null' '[w w w] null null' 'w null null' '[] null null' 'null null null' \
        '[w] [o] [w]' '[w w] [o] null' '[w] null [w]' 'null [o p] [w w]'; do
        whole never "a1 $nodes m\n.model m $array"
    done
    for second in "a2 [w w] null null m\n.model m $array" \
        'a2 [w w] null null n\n.model n synaptogen_array(array="x" side="left" line=1)' \
        'a2 [w w] null null n\n.model n synaptogen_array(array="x" side="right" rows=3)' \
        'a2 [w w] null null n\n.model n synaptogen_array(array="x" side="right" rest_ground="top")' \
        'a2 null null [w w] n\n.model n synaptogen_array(array="x" side="left")'; do
        whole never "a1 [w w] null null k\n.model k $array\n$second"
    done
    whole never 'a1 %gd(w b) m\nab1 %gd(w b) m\n.model m synaptogen(index=1)'
    whole never 'a1 [w b] m\na2 %gd(w b) n\n.model m synaptogen_tile(rows=1 cols=1 first=2)\n.model n synaptogen(index=1)'
    whole never 'a1 [w b] m\na2 [w b] m\n.model m synaptogen_tile(rows=1 cols=1 first=2)'
    whole never 'a1 [w b] m\na2 [w b] n\n.model m synaptogen_tile(rows=1 cols=1 state_out="x")\n.model n synaptogen_tile(rows=1 cols=1 state_out="./x")'
    judge_all "$cases circuits that cannot be are refused with a line"
}
for place in ${CARDS-$([ "$long" ] && echo cell tile inputs outputs ports || echo cell tile)}; do
    case $place in cell | tile) try_seat "$place" "$place" ;; *) try_seat "$place" array ;; esac
done
try_circuits
finish
