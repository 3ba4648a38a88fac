# SPDX-License-Identifier: MIT
set multiplot layout 3,1 title 'One cell behind 1 kohm, two cycles'
set lmargin 10
set ylabel 'voltage (V)'
set key top left
plot name . '.data' using (1e6 * $1):2 with lines ls 1 title 'source', '' using (1e6 * $1):3 with lines ls 2 title 'cell'
set ylabel 'current (uA)'
plot name . '.data' using (1e6 * $1):(1e6 * $4) with lines ls 3 notitle
set xlabel 'time (us)'
set ylabel 'state r'
set yrange [0:1]
plot name . '.data' using (1e6 * $1):5 with lines ls 1 notitle
unset multiplot
