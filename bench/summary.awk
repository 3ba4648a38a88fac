# SPDX-License-Identifier: MIT
# Turns runs.csv into summary.csv: one line for each contender, workload and size, in the order of the runs.
# Times are processor time of the simulation per item (s), median, least and most over the repeats (the warm-up counts
# only where there was no other run): an item is a SET and RESET of one cell, a read of one cell, or a loop.
BEGIN { FS = OFS = "," }

function order(values, count,    i, j, t) {
    for (i = 2; i <= count; i++)
        for (j = i; j > 1 && values[j - 1] > values[j]; j--) {
            t = values[j]; values[j] = values[j - 1]; values[j - 1] = t
        }
}

function items(workload, n, ops) {
    if (workload == "write") return ops * n
    if (workload == "full" || workload == "read") return ops * n * n
    return ops
}

FNR == 1 { next }
{
    key = $1 OFS $2 OFS $3 OFS $4 OFS $5
    if (!(key in status)) keys[++total] = key
    if (status[key] == "" || status[key] == "ok") status[key] = $7
    if ($6 == 1) { runs[key] = 0; peak[key] = 0 } # there is more than the warm-up
    if ($8 != "") time[key, ++runs[key]] = $8 / items($1, $3, $4)
    wall[key, runs[key]] = $9
    if ($12 > peak[key]) peak[key] = $12
    points[key] = $13 OFS $14 OFS $15 OFS $16
}

END {
    print "workload,lines,n,ops,contender,status,runs,seconds_per_item,least,most,wall_s,peak_kib,accepted,rejected,iterations,deviation"
    for (k = 1; k <= total; k++) {
        key = keys[k]
        n = runs[key] + 0
        split("", t); split("", w)
        for (i = 1; i <= n; i++) { t[i] = time[key, i]; w[i] = wall[key, i] }
        order(t, n); order(w, n)
        middle = int((n + 1) / 2)
        fine = status[key] == "ok"
        print key, status[key], n, fine ? sprintf("%.4g", t[middle]) : "", fine ? sprintf("%.4g", t[1]) : "", \
            fine ? sprintf("%.4g", t[n]) : "", n ? w[middle] : "", peak[key], points[key]
    }
}
