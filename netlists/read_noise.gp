# SPDX-License-Identifier: MIT
# Two panels of one height, their left edges in one line.
set multiplot title 'Read current at 0.2 V in 100 MHz bandwidth'
set lmargin at screen 0.12
set rmargin at screen 0.97
set xrange [0:1]
set tmargin at screen 0.93
set bmargin at screen 0.56
set ylabel 'LRS (uA)'
plot name . '.data' using (1e6 * $1):(1e6 * $3) with steps ls 2 notitle
set tmargin at screen 0.47
set bmargin at screen 0.10
set xlabel 'time (us)'
set ylabel 'HRS (uA)'
plot name . '.data' using (1e6 * $1):(1e6 * $2) with steps ls 1 notitle
unset multiplot
