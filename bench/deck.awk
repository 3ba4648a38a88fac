# SPDX-License-Identifier: MIT
# Writes the netlist of one run, the same for every contender but for its elements:
#   awk -f deck.awk -v contender=NAME -v workload=write -v n=16 -v ops=4 -v lines=crossbar -v currents=FILE ...
#       [devices.txt] contenders.txt
# (for the library alone, what alone.c reads) or, with -v schedule=1, what `reference` reads: the memristor's rate, the
# rows whose currents are added, ohm per segment and at the ends of wires, the voltage over the cell (0, 0).
#
# workload  write: ops row operations on an n x n array by half-select, each a SET and a RESET pulse for all n cells of a
#                  row; for n = 1 a train of ops pulse pairs
#           full:  ops such pulse pairs for all cells at once
#           loops: ops slow I-V loops of one cell
#           read:  ops reads of all columns at once with about half of the rows at the read voltage
#           each:  ops single cells, one simulation each, every one another device
# lines     crossbar: each row and each column has a source of its own; shared: all columns are one node; wires: as
#           crossbar, with 1 ohm per cell and 10 ohm between source and line
# plugins   the folder with synaptogen.cm and peers.cm's paths: -v synaptogen=... -v peers=...
# Writes (but read) end with a read of row 0 at 0.2 V, reads with the last read; the currents of the columns at the
# end go to the file `currents`.
BEGIN {
    FS = "[ \t]*[|][ \t]*"
    if (workload == "read") {
        edge = 10e-9; plateau = 80e-9; gap = 100e-9
        period = 2 * edge + plateau + gap; beta = 1e10
        stop = (ops - 1) * period + edge + plateau
    } else if (workload == "loops") {
        edge = 245e-6; plateau = 10e-6; gap = 50e-6; v_set = -1.5; v_reset = 1.5; beta = 5.5e7
    } else {
        edge = 50e-9; plateau = 1.2e-6; gap = 0.2e-6; v_set = -1.2; v_reset = 1.8
        beta = n == 1 ? 1e8 : 1e10 # the pulses are not symmetric: in a long train the memristor drifts
    }
    v_read = 0.2
    if (workload != "read") {
        half = 2 * edge + plateau + gap
        period = 2 * half
        count = workload == "each" ? 1 : ops
        stop = count * period - gap / 10
    }
    if (lines == "wires") { segment = 1; end = 10 } else segment = end = 0 # ohm
    split_voltage = workload == "write" # half on the row, half on the column
    single = n == 1 || workload == "full" || workload == "each" || workload == "loops" # all rows are selected each time
}

FILENAME ~ /devices/ { device[FNR - 1] = $0; next }
/^#/ || $1 != contender { next }
{
    found = 1
    maxstep = $4; plugin = $6; form = $7; element = $8; cards = $9
}

# About half of the rows, scattered; rows.h has the same rule.
function selected(i) {
    return (i * 37 + 11) % 101 < 51
}

function print_schedule(    k, share) {
    print beta, workload == "read" ? "half" : "first", segment, end
    if (workload == "read") {
        print edge, v_read
        print plateau, v_read
        return
    }
    for (k = 0; k < count; k++) {
        share = single || k == 0 ? 1 : 0.5
        print edge, v_set * share; print plateau, v_set * share; print edge, 0; print gap, 0
        print edge, v_reset * share; print plateau, v_reset * share; print edge, 0
        if (k < count - 1)
            print gap, 0
    }
    print gap / 4, 0; print gap / 4, v_read; print gap * 0.4, v_read
}

# A source between two nodes that repeats the SET and the RESET pulse, scaled.
function print_train(name, plus, minus, scale) {
    printf "v%sa %s %sm pulse(0 %g 0 %g %g %g %g)\n", name, plus, name, scale * v_set, edge, edge, plateau, period
    printf "v%sb %sm %s pulse(0 %g %g %g %g %g %g)\n", name, name, minus, scale * v_reset, half, edge, edge, plateau, period
}

# What row i gets in its own operation and, for row 0, in the read at the end.
function print_row(i,    t, text) {
    if (workload == "read") {
        if (selected(i))
            printf "vr%d r%d 0 pulse(0 %g 0 %g %g %g %g)\n", i, i, v_read, edge, edge, plateau, period
        else
            printf "vr%d r%d 0 0\n", i, i
        return
    }
    t = count * period - gap
    read_end = sprintf("%.12g 0 %.12g %g", t + gap / 4, t + gap / 2, v_read)
    if (single) {
        print_train("r" i, "r" i, i == 0 ? "s0" : "0", split_voltage ? 0.5 : 1)
        if (i == 0)
            print "vs0 s0 0 pwl(0 0 " read_end ")"
        return
    }
    text = "0 0"
    if (i < count)
        text = (i ? sprintf("0 0 %.12g 0", i * period) : "0 0") \
            sprintf(" %.12g %g %.12g %g %.12g 0", i * period + edge, v_set / 2, i * period + edge + plateau, v_set / 2, \
                i * period + 2 * edge + plateau) \
            sprintf("\n+ %.12g 0 %.12g %g %.12g %g %.12g 0", i * period + half, i * period + half + edge, v_reset / 2, \
                i * period + half + edge + plateau, v_reset / 2, i * period + half + 2 * edge + plateau)
    print "vr" i " r" i " 0 pwl(" text (i ? "" : "\n+ " read_end) ")"
}

function print_sources(    i, j, columns) {
    for (i = 0; i < n; i++)
        print_row(i)
    columns = lines == "shared" ? 1 : n
    for (j = 0; j < columns; j++)
        if (split_voltage)
            print_train("c" j, "c" j, "0", -0.5)
        else
            print "vc" j "a c" j " 0 0"
}

function column(j) {
    return lines == "shared" ? "c0" : "c" j
}

# The element's line with its placeholders filled in from value[]. The line is taken apart once: mawk remembers every
# replacement text of gsub.
function print_element(    k, text) {
    if (!pieces) {
        pieces = split(element, piece, "@")
        for (k = 2; k <= pieces; k++) {
            match(piece[k], /^[A-Z]+/)
            key[k] = substr(piece[k], 1, RLENGTH)
            piece[k] = substr(piece[k], RLENGTH + 1)
        }
    }
    text = piece[1]
    for (k = 2; k <= pieces; k++)
        text = text value[key[k]] piece[k]
    print text
}

# Word lines run from the left, bit lines from the bottom, which is behind the last row.
function print_wires(    i, j) {
    for (i = 0; i < n; i++)
        for (j = 0; j < n; j++) {
            printf "ru%d_%d %s u%d_%d %g\n", i, j, j ? "u" i "_" (j - 1) : "r" i, i, j, j ? segment : end + segment
            printf "rw%d_%d %s w%d_%d %g\n", i, j, i < n - 1 ? "w" (i + 1) "_" j : "c" j, i, j, \
                i < n - 1 ? segment : end + segment
        }
}

function print_cell(i, j) {
    value["K"] = i + n * j
    value["R"] = lines == "wires" ? "u" i "_" j : "r" i
    value["C"] = lines == "wires" ? "w" i "_" j : column(j)
    if (element ~ /@DEVICE/)
        value["DEVICE"] = device[i + n * j]
    print_element()
}

# Nodes of the lines first .. first + size - 1.
function nodes(kind, first, size,    k, text) {
    text = ""
    for (k = first; k < n && k < first + size; k++)
        text = text (k % 20 ? " " : "\n+ ") (kind == "c" ? column(k) : kind k)
    return text
}

# Cells of a block are numbered column by column, behind those of the blocks above and before it.
function print_block(first_row, first_column, size) {
    value["ROWS"] = nodes("r", first_row, size)
    value["COLUMNS"] = nodes("c", first_column, size)
    value["K"] = blocks++
    value["M"] = n - first_row < size ? n - first_row : size
    value["L"] = n - first_column < size ? n - first_column : size
    value["FIRST"] = first_row * n + first_column * value["M"]
    print_element()
}

# The driven array: banks of `size` lines, those of the columns with their currents as voltages of o0, o1, ..
function print_banks(size,    k, common) {
    common = sprintf("array=\"x\" rows=%d cols=%d", n, n)
    if (lines == "wires")
        common = common sprintf(" r_wl=%g r_bl=%g r_left=%g r_bottom=%g", segment, segment, end, end)
    for (k = 0; k < n; k += size) {
        print "al" k " [" nodes("r", k, size) " ] null null ml" k
        print ".model ml" k " synaptogen_array(side=\"left\" line=" k " " common " " element ")"
    }
    for (k = 0; k < n; k += int(size / 2)) {
        print "ab" k " [" nodes("c", k, int(size / 2)) " ] [" nodes("o", k, int(size / 2)) " ] null mb" k
        print ".model mb" k " synaptogen_array(side=\"bottom\" line=" k " array=\"x\")"
    }
}

# Descending order, the opposite of the sources': ngspice 39's matrix is built fastest then.
function print_elements(    i, j, size) {
    if (form == "cell") {
        for (i = n - 1; i >= 0; i--)
            for (j = n - 1; j >= 0; j--)
                print_cell(i, j)
        if (lines == "wires")
            print_wires()
        return
    }
    size = form
    sub(/.*:/, "", size)
    size += 0
    if (form ~ /^banks/) {
        print_banks(size)
        return
    }
    for (i = int((n - 1) / size) * size; i >= 0; i -= size)
        for (j = int((n - 1) / size) * size; j >= 0; j -= size)
            print_block(i, j, size)
}

# Commands with the currents of the columns, 256 in each; ngspice cuts a list of more than 998 short without a word. file:
# the commands' first argument, numbered from the second command on; or nothing.
function print_currents(command, file,    j) {
    for (j = 0; j < (lines == "shared" ? 1 : n); j++) {
        if (j % 256 == 0)
            printf "%s%s%s", j ? "\n" : "", command, file ? " " file (j ? "." j / 256 : "") : ""
        printf form ~ /^banks/ ? " v(o%d)" : " i(vc%da)", j
    }
    print ""
}

function print_control(    step) {
    step = plateau * maxstep
    print ".control\nset noinit\nset wr_singlescale"
    print_currents("save")
    print "shell sh " folder "/cpu.sh"
    if (workload == "each")
        print "let k = 0\nwhile k < " ops
    if (workload == "each")
        print "set k = $&k\naltermod m seed = $k"
    printf "tran %g %.12g 0 %g\n", step, stop, step
    if (workload == "each") {
        print "let i = i(vc0a)[length(time) - 1]\necho \"$&i\" >>" currents
        print "setplot const\ndestroy all\nlet k = k + 1\nend"
    }
    print "shell sh " folder "/cpu.sh"
    if (workload != "each")
        print_currents("wrdata", currents)
    print "rusage all\nquit\n.endc"
}

END {
    if (schedule) {
        print_schedule()
        exit
    }
    if (!found) {
        print "deck.awk: no contender \"" contender "\" in contenders.txt" >"/dev/stderr"
        exit 1
    }
    if (form == "library") {
        print workload, n, ops, lines, seed, v_set + 0, v_reset + 0, v_read, edge / plateau, segment, end
        exit
    }
    print contender " " workload " " n " x " n
    if (plugin != "-")
        print ".control\npre_codemodel " (plugin == "peers" ? peers : synaptogen) "\n.endc"
    gsub(/@SEED/, seed, cards)
    gsub(/@BETA/, beta, cards)
    gsub(/@PEERS/, folder "/peers", cards)
    gsub(/ *; */, "\n", cards)
    gsub(/@SEED/, seed, element)
    gsub(/ *; */, "\n", element)
    print cards
    print ".options noacct"
    print_sources()
    print_elements()
    print_control()
    print ".end"
}
