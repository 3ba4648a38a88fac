# SPDX-License-Identifier: MIT
# gnuplot growth.gp: growth_cells.png and growth_lines.png from growth.csv of the current folder.
set terminal pngcairo size 900,600 background 'white' font 'sans,13'
set datafile separator ','
set border linecolor rgb '#777777'
set grid xtics ytics linetype 1 linecolor rgb '#e6e6e6'
set key top left samplen 2 noenhanced
set logscale xy
set format y '10^{%T}'
set ylabel 's'
array colour[3] = ['#3b528b', '#21918c', '#d1495b']
rows(what) = "< grep '^" . what . ",' growth.csv"
array arrays[3] = ['array: create', 'array: write all', 'array: read all']
array crossbars[3] = ['crossbar: linear cold', 'crossbar: linear at new voltages', 'crossbar: cells cold']
set format x '10^{%T}'
set xlabel 'cells'
set output 'growth_cells.png'
set title 'Arrays: time of one call against the number of cells; dashed: 10 ns per cell'
plot for [k = 1:3] rows(arrays[k]) using 2:4:5:6 with yerrorlines linewidth 3 pointtype 7 pointsize 0.8 linecolor rgb colour[k] \
    title arrays[k][8:], 1e-8 * x with lines linecolor rgb '#777777' dashtype 2 notitle
set format x '%g'
set xlabel 'lines, crossbar of n x n cells with wires of 1 ohm per cell'
set xtics (16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192)
set output 'growth_lines.png'
set title 'Crossbars: time of one solution against the number of lines; dashed: 30 ns per cell'
plot for [k = 1:3] rows(crossbars[k]) using (sqrt($2)):4:5:6 with yerrorlines linewidth 3 pointtype 7 pointsize 0.8 \
    linecolor rgb colour[k] title crossbars[k][11:], 3e-8 * x**2 with lines linecolor rgb '#777777' dashtype 2 notitle
