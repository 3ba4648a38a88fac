# SPDX-License-Identifier: MIT
# Writes the netlist of a passive crossbar that is written by half-select and read:
#   awk -f crossbar.awk [-v volt=1.1] [-v seed=1] pattern.txt
# The pattern has one line per word line; # marks the cells to SET. Any size up to some hundred lines.

BEGIN {
    rows = 0
    if (volt == "") volt = 1.1
    if (seed == "") seed = 1
}

length($0) > 0 {
    if (rows && length($0) != columns) {
        print "crossbar.awk: line " FNR " has " length($0) " characters, the ones before have " columns >"/dev/stderr"
        failed = 1
        exit 1
    }
    columns = length($0)
    for (j = 0; j < columns; j++)
        bit[rows, j] = substr($0, j + 1, 1) == "#"
    rows++
}

# One PWL source; slot[k] is the height of the triangle in microsecond k, absent for none. All sources share the times
# of their corners, which keeps the number of time points small.
function source(name, node, slots,    k, text, end) {
    text = "0 0"
    end = 0
    for (k = 0; k < slots; k++)
        if (k in slot) {
            if (k != end)
                text = text "\n+ " k "u 0"
            text = text "\n+ " k + 0.5 "u " slot[k] " " k + 1 "u 0"
            end = k + 1
        }
    print name " " node " 0 pwl(" text ")"
}

END {
    if (failed)
        exit 1
    name = "crossbar_" rows "x" columns
    print "Passive crossbar of " rows " x " columns " cells: half-select write row by row, then read"
    print "* Shows:  cells between word lines (te) and bit lines (be). In microsecond k < " rows " word line k is at -" \
        volt / 2 " V and"
    print "*         the bit lines of the cells to SET are at +" volt / 2 " V, so these see -" volt " V and all others on" \
        " their lines half"
    print "*         of it. Then one word line after the other is read at 0.2 V; a bit line's current is one cell's."
    print "* Expect: the pattern in the currents, LRS near 44 uA and HRS near 2.7 uA, but for the few cells that SET"
    print "*         already at half-select: the report counts them, and the library predicts which. Writes"
    print "*         " name ".data (s, bit-line currents in A), " name ".map and " name ".png."
    print ".include synaptogen.lib"
    print ".model cell synaptogen(seed=" seed " index=1)"
    for (i = 0; i < rows; i++) {
        split("", slot)
        slot[i] = -volt / 2
        slot[rows + i] = 0.2
        source("vw" i, "w" i, 2 * rows)
    }
    for (j = 0; j < columns; j++) {
        split("", slot)
        for (i = 0; i < rows; i++)
            if (bit[i, j])
                slot[i] = volt / 2
        source("vb" j, "b" j, 2 * rows)
    }
    print "* Cell i + " rows " j sits at word line i and bit line j. Descending order suits the matrix of ngspice 39."
    for (i = rows - 1; i >= 0; i--)
        for (j = columns - 1; j >= 0; j--)
            print "acell" i + rows * j " %gd(w" i " b" j ") cell"
    print "\n.options interp\n.control\nset noinit\nset lines = ( )\nlet j = 0\nwhile j < " columns
    print "  set lines = ( $lines i(vb{$&j}) )\n  let j = j + 1\nend"
    print "save $lines\ntran 0.5u " 2 * rows "u 0 1u\nset wr_singlescale\nwrdata " name ".data $lines"
    print "shell sh $inputdir/crossbar_report.sh " name " " volt " " seed
    print "shell sh $inputdir/plot.sh " name " crossbar\nquit\n.endc\n.end"
}
