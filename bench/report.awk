# SPDX-License-Identifier: MIT
# awk -f report.awk -v folder=FOLDER contenders.txt machine.txt summary.csv library files: writes report.md to standard
# output, and results.json and the data of the plots into the folder.
BEGIN {
    FS = ","
    split("reference one_thread all_threads numpy public_numpy_package", column_name, " ")
    forms = split("synaptogen synaptogen_tile synaptogen_array synaptogen_alone", form, " ")
}

FILENAME ~ /contenders.txt$/ {
    if ($0 !~ /^#/ && split($0, part, /[ \t]*[|]/) > 1) contender[++contenders] = part[1]
    next
}
FILENAME ~ /machine.txt$/ { eq = index($0, "="); machine[substr($0, 1, eq - 1)] = substr($0, eq + 1); machine_key[++facts] = substr($0, 1, eq - 1); next }
FILENAME ~ /summary.csv$/ {
    if (FNR == 1) { columns = split($0, title); next }
    row[++rows] = $0
    id = $1 SUBSEP $2 SUBSEP $3 SUBSEP $4
    at = $1 SUBSEP $2 SUBSEP $3
    state[at, $5] = $6
    if ($6 == "ok") { time[at, $5] = $8; least[at, $5] = $9; most[at, $5] = $10 }
    peak[at, $5] = $12; wall[at, $5] = $11
    accepted[at, $5] = $13; rejected[at, $5] = $14; iterations[at, $5] = $15; deviation[at, $5] = $16; ops[at, $5] = $4
    list = $1 SUBSEP $2
    if (!((list, $3) in seen_size)) { seen_size[list, $3] = 1; sizes[list, ++size_count[list]] = $3 }
    seen[list, $5] = 1
    next
}
/^#/ || $1 == "what" { next }
FILENAME ~ /bench_fit.csv$/ { fits = fits sprintf("| %s of %d devices with %d cycles each, s | %s |\n", $1, $3, $4, $5); next }
FILENAME ~ /bench_ports.csv$/ && $1 !~ /^ports of .* left and bottom$/ { next } # the others are in the file
NF > 6 { take_library($1, $2, $3, $5 + 0) }

# The column of a library's figure: the scalar reference, the best kernel with one thread and with all, and NumPy.
function take_library(what, by, threads, rate,    column) {
    column = by == "reference" ? 1 : by == "numpy" ? 4 : by ~ /^public/ ? 5 : threads > 1 ? 3 : 2
    if (!(what in known)) { known[what] = 1; library[++library_rows] = what }
    if (rate > best[what, column]) best[what, column] = rate
}

function seconds(t) {
    if (t >= 172800) return sprintf("%.3g days", t / 86400)
    if (t >= 3600) return sprintf("%.3g h", t / 3600)
    if (t >= 180) return sprintf("%.3g min", t / 60)
    if (t >= 1) return sprintf("%.3g s", t)
    if (t >= 1e-3) return sprintf("%.3g ms", t * 1e3)
    if (t >= 1e-6) return sprintf("%.3g us", t * 1e6)
    return sprintf("%.3g ns", t * 1e9)
}

# What a table says about a contender at a size.
function cell(at, c) {
    if ((at, c) in time) return seconds(time[at, c])
    if ((at, c) in state) return "**" state[at, c] "**" (state[at, c] == "wrong" ? sprintf(" (%.3g %%)", 100 * deviation[at, c]) : "")
    return "-"
}

function has(list) { return size_count[list] > 0 }

function seen_at(at, c) {
    return (at, c) in time
}

function table(workload, lines, item,    list, i, c, text, at) {
    list = workload SUBSEP lines
    if (!has(list)) return
    text = "| n |"
    for (c = 1; c <= contenders; c++) if ((list, contender[c]) in seen) text = text " " contender[c] " |"
    print text
    gsub(/[^|]+/, "---", text); print text
    for (i = 1; i <= size_count[list]; i++) {
        at = list SUBSEP sizes[list, i]
        text = "| " sizes[list, i] " |"
        for (c = 1; c <= contenders; c++) if ((list, contender[c]) in seen) text = text " " cell(at, contender[c]) " |"
        print text
    }
    print ""
}

function items(workload, n, ops) {
    if (workload == "write") return ops * n
    if (workload == "full" || workload == "read") return ops * n * n
    return ops
}

function details(workload, lines,    list, i, c, at, k) {
    list = workload SUBSEP lines
    if (!has(list)) return
    print "| n | contender | ops | spread | time points | rejected | iterations | per cell and iteration | peak memory | whole run | deviation |"
    print "|---|---|---|---|---|---|---|---|---|---|---|"
    for (i = 1; i <= size_count[list]; i++)
        for (c = 1; c <= contenders; c++) {
            at = list SUBSEP sizes[list, i]; k = contender[c]
            if (!((at, k) in time)) continue
            printf "| %s | %s | %s | %s ... %s | %s | %s | %s | %s | %.0f MiB | %.3g s | %s |\n", sizes[list, i], k, ops[at, k], \
                seconds(least[at, k]), seconds(most[at, k]), accepted[at, k], rejected[at, k], iterations[at, k], \
                iterations[at, k] ? seconds(time[at, k] * items(workload, sizes[list, i], ops[at, k]) / iterations[at, k] / sizes[list, i] ^ 2) : "-", \
                peak[at, k] / 1024, wall[at, k], deviation[at, k]
        }
    print ""
}

function ratio(list, n, above, below,    at) {
    at = list SUBSEP n
    if (((at, above) in time) && ((at, below) in time)) return time[at, above] / time[at, below]
    return ""
}

# One row for each size: a ratio of each of this project's forms to another contender.
function mark_table(title, workload, other, limit, more,    list, i, f, n, at, value) {
    list = workload SUBSEP "crossbar"
    if (!((list, other) in seen)) return
    print "**" title ".**\n\n| n | discrete cells | tile | array | library alone | bare conductance |\n|---|---|---|---|---|---|"
    for (i = 1; i <= size_count[list]; i++) {
        n = sizes[list, i]
        if (n + 0 < 16) continue
        printf "| %s |", n
        for (f = 1; f <= forms; f++) {
            value = more ? ratio(list, n, other, form[f]) : ratio(list, n, form[f], other)
            if (value == "") printf " - |"
            else if (more ? value >= limit : value <= limit) printf " %.3g |", value
            else printf " **%.3g** |", value
        }
        value = more ? ratio(list, n, other, "conductance") : ratio(list, n, "conductance", other)
        printf (value == "" ? " - |\n" : " %.3g |\n"), value
    }
    print ""
}

function marks() {
    print "## Marks\n\n**Bold**: missed. `-`: one of the two did not get there. The bare conductance is no model of a cell, but what"
    print "one element of a netlist costs at least.\n"
    mark_table("Write, JART with variability at the simulator\047s tolerances / this, at least 100", "write", "jart", 100, 1)
    mark_table("Write, JART with variability at its fastest setting / this, at least 100", "write", "jart_xtrtol", 100, 1)
    mark_table("Write, this / memristor, at most 1", "write", "memristor", 1, 0)
    mark_table("Read, this / bare conductance, at most 1.3", "read", "conductance", 1.3, 0)
}

# Time = time points x iterations per point x cells x time per cell and iteration: which of them makes the difference.
function why(    list, i, n, at, c, k) {
    list = "write" SUBSEP "crossbar"
    n = sizes[list, size_count[list]] + 0
    for (i = size_count[list]; i > 0; i--)
        if (((list, sizes[list, i], "jart") in time) && ((list, sizes[list, i], "synaptogen") in time)) {
            n = sizes[list, i] + 0
            break
        }
    if (n < 2) return
    at = list SUBSEP n
    print "Where the time of a write goes, n = " n ": the product of the columns.\n"
    print "| | time points tried per row operation | iterations per time point | cells | time per cell and iteration |"
    print "|---|---|---|---|---|"
    for (c = 1; c <= contenders; c++) {
        k = contender[c]
        if (!((at, k) in time) || !iterations[at, k]) continue
        printf "| %s | %.0f | %.2f | %d | %s |\n", k, (accepted[at, k] + rejected[at, k]) / ops[at, k], \
            iterations[at, k] / (accepted[at, k] + rejected[at, k]), n * n, \
            seconds(time[at, k] * ops[at, k] * n / iterations[at, k] / n ^ 2)
    }
    print "\nAgainst JART the ratio grows with n because every cell that switches adds time points for all cells. At its fastest"
    print "setting JART takes a tenth of the points and moves its thresholds by some 10 mV: more of many cells end in another state."
    why_reads()
}

# A missed mark of reads as the product of its two factors.
function why_reads(    list, i, n, at, more) {
    list = "read" SUBSEP "crossbar"
    for (i = 1; i <= size_count[list]; i++) {
        n = sizes[list, i]; at = list SUBSEP n
        if (n + 0 < 16 || ratio(list, n, "synaptogen", "conductance") + 0 <= 1.3 || !iterations[at, "conductance"]) continue
        more = iterations[at, "synaptogen"] / iterations[at, "conductance"]
        printf "Discrete cells miss the mark of reads at n = %d by taking %.2f times the iterations, as their curve is not linear, and " \
            "%.2f times the time of each.\n", n, more, ratio(list, n, "synaptogen", "conductance") / more
    }
    print ""
}

# One answer each to what a reader asks, from the figures above.
function answer_half_select(    list, full, i, n, a, b) {
    list = "write" SUBSEP "crossbar"; full = "full" SUBSEP "crossbar"
    print "**What half-select costs against full-select.** Row by row, each of the n operations drags n^2 cells along, so a"
    print "write of the whole array costs n times as many cell evaluations as one with all cells at once.\n"
    print "| n | half-select, per cell | full-select, per cell | ratio |\n|---|---|---|---|"
    for (i = 1; i <= size_count[full]; i++) {
        n = sizes[full, i]
        if (n < 2 || !((list, n, "synaptogen") in time) || !((full, n, "synaptogen") in time)) continue
        a = time[list, n, "synaptogen"]; b = time[full, n, "synaptogen"]
        printf "| %d | %s | %s | %.3g |\n", n, seconds(a), seconds(b), a / b
    }
    print ""
}

function answer_connectivity(    list, shared, i, n, a, b) {
    list = "write" SUBSEP "crossbar"; shared = "write" SUBSEP "shared"
    print "**What connectivity costs.** The same write with all columns as one node (waveforms shared) and as a true crossbar.\n"
    print "| n | crossbar, per cell | shared, per cell | ratio | bare conductance: ratio |\n|---|---|---|---|---|"
    for (i = 1; i <= size_count[shared]; i++) {
        n = sizes[shared, i]
        if (n < 2 || !((list, n, "synaptogen") in time) || !((shared, n, "synaptogen") in time)) continue
        a = time[list, n, "synaptogen"]; b = time[shared, n, "synaptogen"]
        printf "| %d | %s | %s | %.3g | %s |\n", n, seconds(a), seconds(b), a / b, \
            seen_at(shared SUBSEP n, "conductance") ? sprintf("%.3g", time[list, n, "conductance"] / time[shared, n, "conductance"]) : "-"
    }
    print ""
}

function over_ideal(n, c,    ideal, wires) {
    ideal = "read" SUBSEP "crossbar" SUBSEP n; wires = "read" SUBSEP "wires" SUBSEP n
    return ((ideal, c) in time) && ((wires, c) in time) ? sprintf("%.3g", time[wires, c] / time[ideal, c]) : "-"
}

function answer_wires(    list, i, n) {
    list = "read" SUBSEP "wires"
    if (!has(list)) return
    print "And wires of 1 ohm per cell: times of a read as multiples of those with ideal wires.\n"
    print "| n | discrete cells, wires as resistors | array | library alone |\n|---|---|---|---|"
    for (i = 1; i <= size_count[list]; i++) {
        n = sizes[list, i]
        printf "| %d | %s | %s | %s |\n", n, over_ideal(n, "synaptogen"), over_ideal(n, "synaptogen_array"), over_ideal(n, "synaptogen_alone")
    }
    print ""
}

function answer_reads(    write, read, i, n, w, r) {
    write = "write" SUBSEP "crossbar"; read = "read" SUBSEP "crossbar"
    print "**Why reads scale better than writes.** A read serves all n^2 cells with one sequence of time points, a row operation"
    print "only n of them: the ratio of the two first columns. The rest is the larger steps of a write, and cells that switch.\n"
    print "| n | write: time points x cells / cells written | read: time points x cells / cells read | write / read, per cell |"
    print "|---|---|---|---|"
    for (i = 1; i <= size_count[write]; i++) {
        n = sizes[write, i]
        if (n < 2 || !((read, n, "synaptogen") in time) || !((write, n, "synaptogen") in time)) continue
        w = accepted[write, n, "synaptogen"] * n / ops[write, n, "synaptogen"]
        r = accepted[read, n, "synaptogen"] / ops[read, n, "synaptogen"]
        printf "| %d | %.3g | %.3g | %.3g |\n", n, w, r, time[write, n, "synaptogen"] / time[read, n, "synaptogen"]
    }
    print ""
}

function answer_limits(    read, i, f, n, at) {
    read = "read" SUBSEP "crossbar"
    print "**What limits large arrays.** Discrete cells: memory, most of it the simulator\047s (a bare conductance needs nearly as much),"
    print "and with it the caches that it leaves; for writes by rows the cells that every row operation drags along; with wires the"
    print "simulator\047s factorisation. Tiles: the dense matrix of their terminals. The whole run has reading and setting up the netlist"
    print "in it.\n"
    print "| n | | memory per cell | whole run | of it simulation |\n|---|---|---|---|---|"
    for (i = 1; i <= size_count[read]; i++) {
        n = sizes[read, i]; at = read SUBSEP n
        if (n < 64) continue
        for (f = 1; f <= forms; f++)
            if ((at, form[f]) in time)
                printf "| %d | %s | %.0f B | %.3g s | %.0f %% |\n", n, form[f], peak[at, form[f]] * 1024 / (n * n), wall[at, form[f]], \
                    100 * time[at, form[f]] * n * n * ops[at, form[f]] / wall[at, form[f]]
    }
    print ""
}

# The largest size at which a contender has a time.
function largest(list, c,    i) {
    for (i = size_count[list]; i > 0; i--) if ((list, sizes[list, i], c) in time) return sizes[list, i]
    return 0
}

function answer_networks(    f, r, w, a, at, m, bytes) {
    r = "read" SUBSEP "crossbar"; w = "write" SUBSEP "crossbar"; a = "full" SUBSEP "crossbar"
    print "**How far a network of many cells is.** On paper: memory and time of a read of every cell as per cell of the largest read"
    print "measured; SET and RESET of every cell as per cell of the largest write measured, by half-select and by full-select, in arrays"
    print "of that size.\n"
    print "| cells | | memory | one read of all | one write, half-select | one write, full-select |\n|---|---|---|---|---|---|"
    for (m = 1; m <= 100; m *= 10)
        for (f = 1; f <= forms; f++) {
            if (!largest(r, form[f]) || !largest(w, form[f])) continue
            at = r SUBSEP largest(r, form[f]); bytes = peak[at, form[f]] * 1024 / largest(r, form[f]) ^ 2
            printf "| %dM | %s | %.3g GiB | %s | %s | %s |\n", m, form[f], m * 1e6 * bytes / 2 ^ 30, seconds(m * 1e6 * time[at, form[f]]), \
                seconds(m * 1e6 * time[w, largest(w, form[f]), form[f]]), \
                largest(a, form[f]) ? seconds(m * 1e6 * time[a, largest(a, form[f]), form[f]]) : "-"
        }
    print ""
}

function library_table(    k, c) {
    if (library_rows) {
        print "## The library alone\n\nItems per second, medians; details: bench_*.csv.\n"
        print "| what | scalar reference | one thread | " machine["threads"] " threads | NumPy | public NumPy package |\n|---|---|---|---|---|---|"
        for (k = 1; k <= library_rows; k++) {
            printf "| %s |", library[k]
            for (c = 1; c <= 5; c++)
                if ((library[k], c) in best) printf " %.3g |", best[library[k], c]
                else printf " - |"
            print ""
        }
        print ""
    }
    if (fits) print "| training, order and components by BIC | |\n|---|---|\n" fits
}

function over(at, above, below) {
    if (((at, above) in time) && ((at, below) in time)) return time[at, above] / time[at, below]
    return "nan"
}

function plot_data(workload, lines, file,    list, c, i, at, any) {
    list = workload SUBSEP lines
    printf "" >file
    for (c = 1; c <= contenders; c++) {
        any = 0
        for (i = 1; i <= size_count[list]; i++) {
            at = list SUBSEP sizes[list, i]
            if (!((at, contender[c]) in time)) continue
            if (!any++) print "\"" contender[c] "\"" >file
            print sizes[list, i], time[at, contender[c]], least[at, contender[c]], most[at, contender[c]], \
                peak[at, contender[c]] / 1024, over(at, "jart", contender[c]), over(at, "jart_xtrtol", contender[c]), \
                over(at, contender[c], "conductance") >file
        }
        if (any) print "\n" >file
    }
    close(file)
}

function json_value(text) {
    if (text == "" || text == "none") return "null"
    if (text ~ /^[-+.0-9e]+$/) return text
    return "\"" text "\""
}

function json(    k, i, part, file) {
    file = folder "/results.json"
    print "{\n  \"machine\": {" >file
    for (k = 1; k <= facts; k++) {
        gsub(/["\\]/, "", machine[machine_key[k]])
        printf "    \"%s\": \"%s\"%s\n", machine_key[k], machine[machine_key[k]], (k < facts ? "," : "") >file
    }
    print "  },\n  \"results\": [" >file
    for (k = 1; k <= rows; k++) {
        split(row[k], part, ",")
        printf "    {" >file
        for (i = 1; i <= columns; i++)
            printf "%s\"%s\": %s", (i > 1 ? ", " : ""), title[i], json_value(part[i]) >file
        printf "}%s\n", (k < rows ? "," : "") >file
    }
    print "  ],\n  \"library\": [" >file
    for (k = 1; k <= library_rows; k++) {
        printf "    {\"what\": \"%s\"", library[k] >file
        for (i = 1; i <= 5; i++)
            if ((library[k], i) in best) printf ", \"%s\": %s", column_name[i], best[library[k], i] >file
        printf "}%s\n", (k < library_rows ? "," : "") >file
    }
    print "  ]\n}" >file
    close(file)
}

function picture(name, text) {
    if (machine["plots"] != "no") print "![" text "](" name ".png)\n"
}

END {
    print "# Side by side in ngspice\n"
    print machine["date"] ", " machine["processor"] ", " machine["cores"] " cores, " machine["memory_gib"] " GiB, " machine["system"] "; " \
        machine["ngspice"] ", synaptogen " machine["synaptogen"] ", " machine["compiler"] ", " machine["flags"] "; load before: " machine["load_before"] \
        "; mode: " machine["mode"] "."
    print "\nTimes are processor time of the simulation per item, without reading the netlist; medians of the repeats, contenders in turns."
    print "Same netlist, same stimulus for all; every result is compared with its reference before its time counts: it is wrong"
    print "where the currents at the end deviate by more than the contender\047s tolerance (root of the mean square over that of the"
    print "reference, without the hundredth that is farthest off; JART\047s is 5 %: its switching is an avalanche that amplifies errors"
    print "of integration, so that of many cells some end elsewhere). **Bold** in place of a time: what happened instead. `-`: not"
    print "tried, not planned or because of what happened at a smaller size. Once a process, cells of this project take 6 ms to prepare the model,"
    print "which shows at n = 1 and 4. Who is who: contenders.txt; what was run: plan.txt; all figures: runs.csv, summary.csv,"
    print "results.json.\n"
    if ("note" in machine) print machine["note"] "\n"
    marks()
    why()
    print "## Writing by half-select, true crossbar: per cell and SET + RESET\n"
    table("write", "crossbar")
    picture("write_time", "Time per cell and write against n")
    picture("write_speedup", "Speed-up over JART")
    picture("write_floor", "Multiples of the bare conductance")
    print "## Reading, true crossbar: per cell and read\n"
    table("read", "crossbar")
    picture("read_time", "Time per cell and read against n, ideal wires and wires of 1 ohm per cell")
    picture("read_floor", "Multiples of the bare conductance")
    picture("memory", "Peak memory")
    if (has("read" SUBSEP "wires")) { print "## Reading through wires of 1 ohm per cell: per cell and read\n"; table("read", "wires") }
    if (has("full" SUBSEP "crossbar")) { print "## Writing all cells at once (full-select): per cell and SET + RESET\n"; table("full", "crossbar") }
    if (has("write" SUBSEP "shared")) { print "## Writing by half-select, all columns one node: per cell and SET + RESET\n"; table("write", "shared") }
    if (has("full" SUBSEP "shared")) { print "## Monte Carlo in one circuit: n^2 different cells SET and RESET together, per cell\n"; table("full", "shared") }
    if (has("each" SUBSEP "crossbar")) { print "## Monte Carlo, one simulation for each cell\n"; table("each", "crossbar") }
    if (has("loops" SUBSEP "crossbar")) { print "## I-V loops of one cell: per loop\n"; table("loops", "crossbar") }
    library_table()
    print "## Questions\n"
    answer_half_select(); answer_connectivity(); answer_wires(); answer_reads(); answer_limits(); answer_networks()
    print "## Details\n\nWrites:\n"; details("write", "crossbar")
    print "Reads:\n"; details("read", "crossbar")
    if (has("read" SUBSEP "wires")) { print "Reads through wires:\n"; details("read", "wires") }
    if (has("loops" SUBSEP "crossbar")) { print "Loops:\n"; details("loops", "crossbar") }
    plot_data("write", "crossbar", folder "/write.dat")
    plot_data("read", "crossbar", folder "/read.dat")
    plot_data("read", "wires", folder "/wires.dat")
    json()
}
