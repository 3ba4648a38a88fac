# SPDX-License-Identifier: MIT
set title 'Eight 1T1R cells after SET and a staircase of RESET pulses'
set xlabel 'height of the RESET pulse (V)'
set ylabel 'resistance read at 0.2 V (ohm)'
set logscale y
set format y '10^{%L}'
set xrange [0.55:1.65]
set key top left
unset colorbox
plot for [k = 2:9] name . '.data' using ($1 > 0 ? $1 : 1/0):k with linespoints pointtype 7 pointsize 0.8 \
    linewidth 1.5 linecolor palette fraction (k - 2) / 7.0 title sprintf('cell %d', k - 2)
