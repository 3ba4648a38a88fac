# SPDX-License-Identifier: MIT
# Rows at 2 us + c 4 us hold the LRS of cycle c, those at 4 us + c 4 us the HRS that follows.
set title '256 cells, 20 cycles: spread over devices in one cycle, and over cycles in single devices'
set xlabel 'resistance at 0.2 V (ohm)'
set ylabel 'fraction of cells or cycles below'
set logscale x
set format x '10^{%L}'
set yrange [0:1]
# Below the plot, where it touches no curve of any seed.
set bmargin at screen 0.19
set key at screen 0.93,0.03 right bottom horizontal maxcols 2
first(read) = sprintf("<awk '{ t = int(1e6 * $1 + 0.5); if (t > 0 && t < 5 && t %% 4 == %d) for (k = 2; k <= NF; k++) print $k }' %s.data", read, name)
one(read, k) = sprintf("<awk '{ t = int(1e6 * $1 + 0.5); if (t > 0 && t %% 4 == %d) print $%d }' %s.data", read, k, name)
plot for [k = 2:9] one(2, k) using 1:(1.0/20) smooth cumulative with lines linewidth 0.8 linecolor rgb '#e7a3ad' \
    title (k == 2 ? 'LRS, single cells over 20 cycles' : ''), \
    for [k = 2:9] one(0, k) using 1:(1.0/20) smooth cumulative with lines linewidth 0.8 linecolor rgb '#a9b6dc' \
    title (k == 2 ? 'HRS, single cells over 20 cycles' : ''), \
    first(2) using 1:(1.0/256) smooth cumulative with lines ls 2 linewidth 3 title 'LRS, 256 cells in their first cycle', \
    first(0) using 1:(1.0/256) smooth cumulative with lines ls 1 linewidth 3 title 'HRS, 256 cells in their first cycle'
