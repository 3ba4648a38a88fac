# SPDX-License-Identifier: MIT
set title 'Read current at 0.2 V in 100 MHz bandwidth'
set multiplot layout 2,1
set ylabel 'LRS (uA)'
set xrange [0:1]
plot name . '.data' using (1e6 * $1):(1e6 * $3) with steps ls 2 notitle
unset title
set xlabel 'time (us)'
set ylabel 'HRS (uA)'
plot name . '.data' using (1e6 * $1):(1e6 * $2) with steps ls 1 notitle
unset multiplot
