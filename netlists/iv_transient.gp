# SPDX-License-Identifier: MIT
# Three panels of one height, their left edges in one line.
set multiplot title 'One cell behind 1 kohm, two cycles'
set lmargin at screen 0.11
set rmargin at screen 0.97
set xrange [0:8]
set tmargin at screen 0.93
set bmargin at screen 0.70
set ylabel 'voltage (V)'
set yrange [-2:2]
set key top left
plot name . '.data' using (1e6 * $1):2 with lines ls 1 title 'source', '' using (1e6 * $1):3 with lines ls 2 title 'cell'
set tmargin at screen 0.63
set bmargin at screen 0.40
set ylabel 'current (uA)'
set yrange [-200:200]
plot name . '.data' using (1e6 * $1):(1e6 * $4) with lines ls 3 notitle
set tmargin at screen 0.33
set bmargin at screen 0.10
set xlabel 'time (us)'
set ylabel 'state r'
set yrange [0:1]
plot name . '.data' using (1e6 * $1):5 with lines ls 1 notitle
unset multiplot
