# SPDX-License-Identifier: MIT
# gnuplot plots.gp: the pictures of the report from write.dat, read.dat and wires.dat (reads through wires) of the current
# folder. figures.c explains their columns.
set terminal pngcairo size 1000,700 background 'white' font 'sans,13'
set border linecolor rgb '#777777'
set grid xtics ytics linetype 1 linecolor rgb '#e6e6e6'
set key outside right center samplen 2 noenhanced
set logscale xy
set xtics (1, 4, 16, 32, 64, 128, 256, 512, 1024)
set xlabel 'n, array of n x n cells'
array colour[14] = ['#999999', '#555555', '#e9a23b', '#3b528b', '#d1495b', '#e58c98', '#8c2d3d', '#b58db6', '#7a5195', '#21918c', '#5ec962', '#000000', '#b8860b', '#2e8b57']
colour_of(k) = colour[(k % 14) + 1]
contents(file) = int(system("grep -c '^\"' " . file))
name(file, k) = system("grep '^\"' " . file . " | tr -d '\"' | sed -n " . (k + 1) . "p")
# The colour belongs to the name, in the order of contenders.txt. gnuplot asks for that of loops without a turn, too.
rank(file, k) = int(system("grep -v '^#' contenders.txt | grep -n '^" . name(file, k) . " *|' | cut -d: -f1 | grep . || echo 1")) - 1
ours(file, k) = name(file, k)[1:10] eq 'synaptogen'
thickness(file, k) = ours(file, k) ? 4 : 2
writes = contents('write.dat')
reads = contents('read.dat')
wires = contents('wires.dat')

if (writes > 0) {
    set xrange [0.9:290]
    set output 'write_time.png'
    set title 'Write by half-select: processor time per cell and SET + RESET'
    set ylabel 's'
    set format y '10^{%T}'
    plot for [k = 0:writes - 1] 'write.dat' index k using 1:2:3:4 with yerrorlines linewidth thickness('write.dat', k) \
        pointtype 7 pointsize 0.7 linecolor rgb colour_of(rank('write.dat', k)) title name('write.dat', k)
    set output 'write_speedup.png'
    set title "Write by half-select: speed-up over JART with variability\nsolid: at the simulator's tolerances; dashed, of this project: at JART's fastest setting"
    set ylabel 'time of JART / time'
    set format y '%g'
    plot for [k = 0:writes - 1] 'write.dat' index k using 1:6 with linespoints linewidth thickness('write.dat', k) \
        pointtype 7 pointsize 0.7 linecolor rgb colour_of(rank('write.dat', k)) title name('write.dat', k), \
        for [k = 0:writes - 1] 'write.dat' index k using (ours('write.dat', k) ? $1 : NaN):7 with lines \
        linewidth 2.5 dashtype 2 linecolor rgb colour_of(rank('write.dat', k)) notitle, \
        100 with lines linecolor rgb '#777777' dashtype 3 title '100'
    set ylabel 'time / time of the conductance'
    set output 'write_floor.png'
    set title 'Write by half-select: multiples of a bare linear conductance'
    plot for [k = 0:writes - 1] 'write.dat' index k using 1:8 with linespoints linewidth thickness('write.dat', k) \
        pointtype 7 pointsize 0.7 linecolor rgb colour_of(rank('write.dat', k)) title name('write.dat', k)
}
if (reads > 0) {
    set xrange [3.6:1150]
    set output 'read_time.png'
    set title "Read of all columns: processor time per cell and read\nsolid: ideal wires; dashed: 1 ohm per cell"
    set ylabel 's'
    set format y '10^{%T}'
    plot for [k = 0:reads - 1] 'read.dat' index k using 1:2:3:4 with yerrorlines linewidth thickness('read.dat', k) \
        pointtype 7 pointsize 0.7 linecolor rgb colour_of(rank('read.dat', k)) title name('read.dat', k), \
        for [k = 0:wires - 1] 'wires.dat' index k using 1:2 with linespoints linewidth thickness('wires.dat', k) dashtype 2 \
        pointtype 6 pointsize 0.7 linecolor rgb colour_of(rank('wires.dat', k)) notitle
    set output 'memory.png'
    set title 'Peak memory of a read, netlist and all'
    set ylabel 'MiB'
    set format y '%g'
    plot for [k = 0:reads - 1] 'read.dat' index k using 1:5 with linespoints linewidth thickness('read.dat', k) \
        pointtype 7 pointsize 0.7 linecolor rgb colour_of(rank('read.dat', k)) title name('read.dat', k)
    set ylabel 'time / time of the conductance'
    set output 'read_floor.png'
    set title 'Read: multiples of a bare linear conductance'
    plot for [k = 0:reads - 1] 'read.dat' index k using 1:8 with linespoints linewidth thickness('read.dat', k) \
        pointtype 7 pointsize 0.7 linecolor rgb colour_of(rank('read.dat', k)) title name('read.dat', k), \
        1.3 with lines linecolor rgb '#777777' dashtype 3 title '1.3'
}
