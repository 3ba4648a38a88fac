# SPDX-License-Identifier: MIT
set title 'A cell read through 5 kohm with 50 fF'
set xlabel 'frequency (Hz)'
set ylabel 'voltage at the cell (dB)'
set logscale x
set autoscale xfix
set format x '10^{%L}'
set key bottom left
plot name . '.data' using 1:2 with lines ls 1 title 'HRS', '' using 1:3 with lines ls 2 title 'LRS'
