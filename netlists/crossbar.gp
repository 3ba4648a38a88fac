# SPDX-License-Identifier: MIT
set terminal pngcairo size 1100,520 background 'white' font 'sans,13'
set output name . '.png'
set multiplot layout 1,2 title 'Passive crossbar, written by half-select and read at 0.2 V'
set xlabel 'bit line'
set autoscale fix
set yrange [] reverse
set size ratio -1
unset grid
set title 'pattern to write'
set ylabel 'word line'
unset colorbox
set palette defined (0 '#f2f2f2', 1 '#21918c')
plot name . '.map' using 2:1:3 with image notitle
set title 'current read (uA)'
unset ylabel
set colorbox
set palette defined (0 '#440154', 0.25 '#3b528b', 0.5 '#21918c', 0.75 '#5ec962', 1 '#fde725')
set logscale cb
plot name . '.map' using 2:1:(1e6 * $4) with image notitle
unset multiplot
