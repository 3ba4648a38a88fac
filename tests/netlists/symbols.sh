#!/bin/sh
# SPDX-License-Identifier: MIT
# Symbols for xschem and KiCad: pins and parameters are those of the subcircuits and code models, and the example schematics
# give the figures of netlists that are written by hand. The editors' part is skipped where they are not installed.
. "$srcdir/tests/support/tap.sh"
netlists=$builddir/netlists
symbols=$tmp/symbols
mkdir "$symbols" && cp "$srcdir"/netlists/xschem/* "$symbols" && cp "$netlists"/xschem/* "$symbols" &&
    cp "$srcdir"/netlists/kicad/* "$symbols" && cp "$netlists"/kicad/* "$symbols" && cd "$tmp" || exit 99

# subckt NAME: a subcircuit of synaptogen.lib, its nodes and then its parameters as name=default, one a line.
subckt() {
    awk -v name="$1" '
        $1 == ".subckt" && $2 == name { inside = 1; first = 3 }
        inside && $1 != ".subckt" && $1 != "+" { exit }
        inside { for (k = first; k <= NF; k++) print $k; first = 2 }' "$netlists/synaptogen.lib" | grep .
}

# What an xschem symbol has, in the same form: its pins, and the parameters of its template that are not the name.
xschem_symbol() {
    sed -n 's/^B 5 .*{name=\([^ ]*\) .*/\1/p' "$1"
    sed -n 's/^template="name=[^ ]* \(.*\)"}$/\1/p' "$1" | tr ' ' '\n'
}
# Each parameter of the template goes into the netlist: the format has name=@name for each.
format_passes() {
    xschem_symbol "$1" | sed -n 's/=.*//p' >names
    test -s names || return 1
    while read -r name; do
        grep -q "[ (]$name=@$name[ \"]" "$1" || { echo "$name"; return 1; }
    done <names
}
xschem_agrees() {
    subckt "$1" >lib && xschem_symbol "$symbols/$1.sym" >symbol && diff lib symbol
}
for name in reram reram_1t1r; do
    check "xschem, $name: pins, parameters and defaults are those of the subcircuit" xschem_agrees $name
    check "xschem, $name: the netlist has every parameter" format_passes "$symbols/$name.sym"
done
two_pins() {
    xschem_symbol "$symbols/synaptogen.sym" | grep -v = | tr '\n' ' ' | grep -x 'te be ' && subckt reram | head -n 2 | tr '\n' ' ' |
        grep -x 'te be '
}
check "xschem, synaptogen: top electrode before bottom electrode" two_pins

# Tiles and arrays of any size: each parameter of their models is one of the code model's interface.
in_interface() {
    "$symbols/$1" 12 7 >made.sym || return 1
    sed -n 's/^Parameter_Name://p' "$srcdir/codemodels/synaptogen/${1#synaptogen_}/ifspec.ifs" \
        "$srcdir/codemodels/synaptogen/crossbar.ifs" | tr -s ' ' '\n' | sort -u >interface
    sed -n "s/.*$1( \(.*\)).*/\1/p" made.sym | tr ' ' '\n' | sed -n 's/=.*//p' >names
    grep -q -x rows names || return 1
    while read -r name; do
        grep -q -x "$name" interface || { echo "$name"; return 1; }
    done <names
}
for kind in tile array; do
    check "xschem, synaptogen_$kind: its parameters are those of the code model" in_interface synaptogen_$kind
done
tile_pins() {
    "$symbols/synaptogen_tile" 12 7 left+right+bottom | sed -n 's/^B 5 .*{name=\([^ ]*\) .*/\1/p' | tr '\n' ' ' |
        grep -F -x 'left[0:11] right[0:11] bottom[0:6] '
}
check "xschem: a tile has a bus for each of its ends, in the order of the code model" tile_pins
refused() {
    if "$symbols/$1" $2 >made.sym 2>message; then return 1; fi
    grep "^$1: " message && ! test -s made.sym
}
check "xschem: a tile without columns is refused" refused synaptogen_tile '4 0'
check "xschem: a tile with ends in another order is refused" refused synaptogen_tile '4 4 bottom+left'
check "xschem: a tile of more lines than ngspice can read is refused" refused synaptogen_tile '121 120'
check "xschem: an array without a number of columns is refused" refused synaptogen_array 4
whole_banks() {
    "$symbols/synaptogen_array" 1024 241 | sed -n 's/^B 5 .*{name=\([^ ]*\) .*/\1/p' >pins
    tr '\n' ' ' <pins | grep -F -x 'in[0:239] in[240:479] in[480:719] in[720:959] in[960:1023] out[0:239] out[240:240] '
}
check "xschem: an array of 1024 x 241 has banks of at most 240 lines" whole_banks

# KiCad. A symbol as the subcircuit's form: pins by their numbers, joined with the names of Sim.Pins.
kicad_names() {
    sed -n 's/^\t(symbol "\(.*\)"$/\1/p' "$symbols/synaptogen.kicad_sym"
}
kicad_symbol() { # NAME FILE INDENT
    awk -v name="$1" -v indent="$3" '$0 == indent "(symbol \"" name "\"" { inside = 1 } inside { print } $0 == indent ")" { inside = 0 }' "$2"
}
kicad_agrees() {
    kicad_symbol "$1" "$symbols/synaptogen.kicad_sym" "$(printf '\t')" >text
    grep -F -q "\"Sim.Name\" \"$1\"" text && grep -F -q "\"Sim.Library\" \"$netlists/synaptogen.lib\"" text || return 1
    subckt "$1" >lib || return 1
    grep -v = lib | awk '{ print NR "=" $0 }' >nodes
    sed -n 's/.*"Sim.Pins" "\(.*\)"$/\1/p' text | tr ' ' '\n' | diff nodes - || return 1
    # The names of the drawn pins, in the order of their numbers.
    awk -F '"' '/\(name "/ { name = $2 } /\(number "/ { print $2 "=" name }' text | sort -n | diff nodes - || return 1
    sed -n 's/.*"Sim.Params" "\(.*\)"$/\1/p' text | tr ' ' '\n' >given
    grep -q seed given || return 1
    while read -r parameter; do
        grep -F -x -q "${parameter%%=*}=${parameter#*=}" lib || { echo "$parameter"; return 1; }
    done <given
}
for name in reram reram_1t1r reram_tile_4x4 reram_tile_8x8; do
    check "KiCad, $name: pins, parameters and defaults are those of the subcircuit" kicad_agrees $name
done
check "KiCad: there are no other symbols" sh -c "[ '$(kicad_names | tr '\n' ' ')' = 'reram reram_1t1r reram_tile_4x4 reram_tile_8x8 ' ]"
# A schematic holds a copy of each symbol that it uses.
copies() {
    for name in reram reram_1t1r reram_tile_4x4; do
        kicad_symbol $name "$symbols/synaptogen.kicad_sym" "$(printf '\t')" | sed 1d >ours
        kicad_symbol "synaptogen:$name" "$symbols/example.kicad_sch" "$(printf '\t\t')" | sed '1d; s/^\t//' | diff ours - || return 1
    done
}
check "KiCad: the example holds the symbols of the library" copies

# The tiles of synaptogen.lib: as subcircuit, and as a code model of the same name, which makes it the same device. Every
# line end has a voltage of its own, and no parameter has its default.
tile_lines() { # SIZE
    awk -v n="$1" 'BEGIN {
        print "tile\n.include '"$netlists"'/synaptogen.lib"
        for (k = 0; k < n; k++) printf "vw%d w%d 0 pwl(0 0 1u %g 2u 0 3u %g)\n", k, k, -1.4 + 0.01 * k, 0.1 + 0.02 * k
        for (k = 0; k < n; k++) printf "vb%d b%d 0 %g\n", k, k, 0.013 * k
        for (k = 0; k < n; k++) nodes = nodes " w" k
        for (k = 0; k < n; k++) nodes = nodes " b" k
        print (ARGV[1] == "subcircuit") ? "x1" nodes " reram_tile_" n "x" n \
            " seed=3 order=2 stationary=1 lrs=1 r_wl=5 r_bl=7 r_access=100 gmin=1e-6 keep=1" : "a.x1.atile [" nodes " ] t"
        print ".model t synaptogen_tile(rows=" n " cols=" n " seed=3 order=2 start=\"stationary\" init=\"lrs\" r_wl=5 r_bl=7"
        print "+ r_access=100 gmin=1e-6 keep=1)\n.control\nset noinit\ntran 100n 3u\ntran 100n 3u"
        for (k = 0; k < n; k++) printf "print i(vw%d)[length(time)-1] i(vb%d)[length(time)-1]\n", k, k
        print "quit\n.endc\n.end"
    }' "$2" >"$2.cir"
    "$NGSPICE" -b "$2.cir" 2>&1 </dev/null | tee "$2.log" | grep '^i(v'
}
tile_agrees() {
    tile_lines "$1" subcircuit >first && tile_lines "$1" model >second && [ "$(wc -l <first)" -eq $((2 * $1)) ] && diff first second
}
for size in 4 8; do
    check "the subcircuit reram_tile_${size}x$size is a tile with these parameters" tile_agrees $size
done

# figures NETLIST: what `meas` and `print` show, sorted.
figures() {
    "$NGSPICE" -b "$1" >figures.log 2>&1 </dev/null || { cat figures.log; return 1; }
    if grep -i -E 'warning|error' figures.log; then return 1; fi
    sed -n 's/^\([a-z][a-z0-9_@()]*\(\[[a-z]*\]\)*\)  *=  *\([-+.0-9e]*\)$/\1 \3/p' figures.log | sort | grep .
}
# same_figures NETLIST, with hand.cir: the figures of both.
same_figures() {
    figures "$1" >drawn && figures hand.cir >hand && diff drawn hand
}
hand() { # LINE.., control lines behind "run"
    printf '%s\n' 'by hand' ".include $netlists/synaptogen.lib" "$@" 'quit' '.endc' '.end' >hand.cir
}
pulses='pwl(0 0 1u -1.5 2u 0 3u 1.6 4u 0 5u 0.2)'

# Without -o, which older ones do not have, xschem asks its settings for the folder of netlists.
draw_xschem() {
    mkdir -p home/.xschem drawings && printf 'set netlist_dir {%s}\nsource {%s}\n' "$tmp/drawings" "$symbols/xschemrc" >home/.xschem/xschemrc &&
        HOME=$tmp/home xschem -x -r -q -n -s "$symbols/$1.sch" >xschem.log 2>&1 </dev/null
    cat xschem.log
    cat "drawings/$1.spice" && ! grep -i 'missing' "drawings/$1.spice"
}
example='xschem: the example is the netlist by hand'
example_array='xschem: an array of any size by its script is the netlist by hand'
if command -v xschem >/dev/null; then
    check "xschem writes the netlist of the example" draw_xschem example
    hand '.model mycell synaptogen(seed=7)' '.model t synaptogen_tile(rows=4 cols=4 r_wl=5 r_bl=5 seed=1 first=0)' \
        "vt te 0 $pulses" "vbl bl 0 $pulses" 'vg g 0 2.5' 'vr r 0 pwl(0 0 1u -0.6 2u 0 4u 0 5u 0.2)' 'vb c 0 pwl(0 0 1u 0.6 2u 0)' \
        'a1 %gd(te 0) mycell' 'x1 te 0 reram seed=7' 'x2 bl 0 g reram_1t1r seed=7 w=2u' 'a2 [ r 0 0 0 c 0 0 0 ] t' \
        .control 'save @a1[resistance] @a.x1.acell[resistance] @a2[lrs] i(vbl) i(vb)' 'tran 10n 6u' \
        'meas tran r_lrs_a1 find @a1[resistance] at=2u' 'meas tran r_hrs_a1 find @a1[resistance] at=4u' \
        'meas tran r_hrs_x1 find @a.x1.acell[resistance] at=4u' 'meas tran i_read_x2 find i(vbl) at=5.5u' \
        'meas tran lrs_a2 find @a2[lrs] at=5.5u' 'meas tran i_read_a2 find i(vb) at=5.5u'
    check "$example" same_figures drawings/example.spice
    xschem -h >help 2>&1 </dev/null
    if grep -q -e --tcl help; then
        check "xschem writes the netlist of the example of an array" draw_xschem example_array
        hand 'v1 v 0 0.2' 'a1 [ v v v 0 ] null null w' 'a2 null [ out0 out1 out2 out3 ] null b' \
            '.model w synaptogen_array(array="x" side="left" rows=4 cols=4 r_wl=1 r_bl=1 r_left=100 r_bottom=10 seed=1' \
            '+ init="lrs" first=0)' '.model b synaptogen_array(array="x" side="bottom")' .control op \
            'print v(out0) v(out1) v(out2) v(out3) @a1[power]'
        check "$example_array" same_figures drawings/example_array.spice
    else
        skip "$example_array" "this xschem knows no scripts as symbols"
    fi
else
    skip "$example" "no xschem"
    skip "$example_array" "no xschem"
fi

draw_kicad() {
    HOME=$tmp kicad-cli sch export netlist --format spice -o example.cir "$symbols/example.kicad_sch" && cat example.cir
}
example='KiCad: the example is the netlist by hand'
if command -v kicad-cli >/dev/null; then
    check "KiCad writes the netlist of the example" draw_kicad
    hand "v1 te 0 $pulses" "v2 bl 0 $pulses" 'vg g 0 2.5' 'vr r 0 pwl(0 0 1u -0.6 2u 0 4u 0 5u 0.2)' 'vb c 0 pwl(0 0 1u 0.6 2u 0)' \
        'x1 te 0 reram seed=7' 'x2 bl 0 g reram_1t1r seed=7 w=2u' 'x3 r 0 0 0 c 0 0 0 reram_tile_4x4 seed=2 r_wl=5 r_bl=5' \
        .control 'save @a.x1.acell[resistance] @a.x3.atile[lrs] i(v2) i(vb)' 'tran 10n 6u' \
        'meas tran r_lrs_x1 find @a.x1.acell[resistance] at=2u' 'meas tran r_hrs_x1 find @a.x1.acell[resistance] at=4u' \
        'meas tran i_read_x2 find i(v2) at=5.5u' 'meas tran lrs_x3 find @a.x3.atile[lrs] at=5.5u' 'meas tran i_read_x3 find i(vb) at=5.5u'
    check "$example" same_figures example.cir
else
    skip "$example" "no kicad-cli"
fi
finish
