/* SPDX-License-Identifier: MIT */
/* The analysis and what is printed, in ngspice's control language. Its loops take about 40 us per statement. */
#include "netlist.h"

#include <inttypes.h>

static void put_bits(const netlist *n)
{
    fputs("* The bits, row by row.\n", n->f);
    for (size_t i = 0; i < n->rows; i++) {
        fprintf(n->f, "compose want%zu values", i);
        for (size_t j = 0; j < n->cols; j++)
            fprintf(n->f, "%s%d", j % 48 == 0 && j > 0 ? "\n+ " : " ", netlist_bit(n, i, j));
        fputc('\n', n->f);
    }
}

/* What the loops below fill. */
static void put_vectors(const netlist *n, const char *const *names)
{
    for (; *names; names++)
        fprintf(n->f, "let %s = vector(%zu)\n", *names, n->cols);
}

/* Reads a monitor of each cell of row `row` into the vector of that name. */
static void put_row(const netlist *n, const char *indent, const char *const *names)
{
    fprintf(n->f, "%slet col = 0\n%swhile col < %zu\n%s  let k = row + %zu * col\n", indent, indent, n->cols, indent,
            n->rows);
    for (; *names; names++)
        fprintf(n->f, "%s  let %s[col] = @acell{$&k}[%s]\n", indent, *names, *names);
    fprintf(n->f, "%s  let col = col + 1\n%send\n", indent, indent);
}

static const char *const monitors[] = {"resistance", "mode", "cycle", NULL};

/* Counts and map of all cells, from their own monitors. */
static void put_report(const netlist *n)
{
    const int from_lrs = n->c->mode == SYN_LRS;
    fputs("setplot new\n", n->f);
    put_bits(n);
    put_vectors(n, monitors);
    fprintf(n->f, "let column = vector(%zu)\nsetscale column\nset wr_singlescale\n", n->cols);
    fputs("let wrong = 0\nlet failed = 0\nlet disturbed = 0\nlet row = 0\n", n->f);
    fprintf(n->f, "while row < %zu\n  let want = want{$&row}\n", n->rows);
    put_row(n, "  ", monitors);
    fprintf(n->f, "  let bad = (resistance lt %.6g) ne want\n", n->limit);
    fprintf(n->f,
            "* Undisturbed, a cell has begun %s cycle when it reads as wanted, and none when it never switched.\n"
            "  let lrs = mode eq 1\n  let never = (want ne lrs) * (lrs eq %d) * (cycle eq 0)\n"
            "  let other = ((lrs ne want) + (cycle gt (%d - %d * want))) gt 0\n",
            from_lrs ? "no (LRS) or one (HRS)" : "no", from_lrs, from_lrs, from_lrs);
    fprintf(n->f,
            "  let wrong = wrong + %zu * mean(bad)\n  let failed = failed + %zu * mean(never)\n"
            "  let disturbed = disturbed + %zu * mean(other - never)\n",
            n->cols, n->cols, n->cols);
    fprintf(n->f,
            "  let line = row + 0 * column\n  wrdata %s.map line want resistance mode cycle\n  set appendwrite\n"
            "  let row = row + 1\nend\n",
            n->name);
    fprintf(n->f, "echo \"crossbar %zu x %zu\"\necho \"  cells written            %zu\"\n", n->rows, n->cols,
            n->rows * n->cols);
    fputs("let wrong = floor(wrong + 0.5)\necho \"  wrong bits               $&wrong\"\n", n->f);
    if (n->c->job == JOB_WRITE)
        fputs("let failed = floor(failed + 0.5)\necho \"  never switched           $&failed\"\n"
              "let disturbed = floor(disturbed + 0.5)\necho \"  disturbed by other rows  $&disturbed\"\n",
              n->f);
}

/* Newton steps of any length are safe at ideal lines; there voltages are exact after one iteration, and the currents
 * belong to them, so that these need no test of their own, which would cost one iteration more. */
static void put_options(const netlist *n)
{
    const cli *c = n->c;
    const int ideal = c->kind == KIND_DISCRETE && c->driver == 0 && c->r_wl == 0 && c->r_bl == 0;
    fprintf(n->f, ".options noacct convabsstep=10 convstep=10%s\n", ideal && c->job != JOB_READ ? " abstol=1" : "");
}

static void put_write(const netlist *n)
{
    const size_t phases = n->rows * netlist_phases_per_row(n);
    fputs("* One current is kept, for the number of points; states are read from the cells.\nsave i(vb0)\ntran ",
          n->f);
    netlist_put_time(n, 1);
    fputc(' ', n->f);
    netlist_put_time(n, (double)(phases + 1));
    fputs(" 0 ", n->f);
    netlist_put_time(n, 1);
    fputs("\nrusage tranpoints traniter\n", n->f);
    put_report(n);
}

static void put_read(const netlist *n)
{
    const char sensed = n->c->kind == KIND_1T1R ? 's' : 'b';
    fputs("op\n", n->f);
    fprintf(n->f, "let column = vector(%zu)\nlet current = vector(%zu)\nlet j = 0\nwhile j < %zu\n", n->cols, n->cols,
            n->cols);
    fprintf(n->f, "  let current[j] = i(v%c{$&j})\n  let j = j + 1\nend\n", sensed);
    fprintf(n->f, "setscale column\nset wr_singlescale\nwrdata %s.data current\n", n->name);
    fprintf(n->f,
            "echo \"crossbar %zu x %zu\"\nlet lowest = vecmin(current)\nlet highest = vecmax(current)\n"
            "let sum = %zu * mean(current)\n",
            n->rows, n->cols, n->cols);
    fputs("echo \"  smallest column current  $&lowest A\"\necho \"  largest column current   $&highest A\"\n"
          "echo \"  all columns              $&sum A\"\n",
          n->f);
}

/* Puts all lines of a kind at `text`, an expression of the vector `chosen` or of the number row. */
static void put_alter(const netlist *n, line_kind kind, size_t lines, const char *text)
{
    fprintf(n->f,
            "      let level = %s\n      let j = 0\n      while j < %zu\n        alter v%c{$&j} dc = level[j]\n"
            "        let j = j + 1\n      end\n",
            text, lines, kind);
}

/* One phase: the lines' voltages step to their values and one time point solves the circuit. */
static void put_phase(const netlist *n)
{
    char text[96];
    const double rest = netlist_rest(n);
    if (n->c->scheme == SCHEME_FULL) {
        put_alter(n, BIT, n->cols, "step * u * chosen");
        put_alter(n, SOURCE, n->cols, "(step - 1) * u * chosen");
    } else {
        snprintf(text, sizeof text, "(-1) * u * (%.9g + %.9g * chosen)", rest, 0.5 - rest);
        put_alter(n, BIT, n->cols, text);
    }
    if (rest != 0) {
        snprintf(text, sizeof text, "u * (%.9g + %.9g * (lines eq row))", rest, 0.5 - rest);
        put_alter(n, WORD, n->rows, text);
    } else if (n->c->scheme == SCHEME_FULL) {
        fprintf(n->f, "      alter vw{$&row} dc = %.6g\n", n->c->v_gate);
    } else {
        fputs("      let level = 0.5 * u\n      alter vw{$&row} dc = level\n", n->f);
    }
    fputs("      delete all\n      let t = t + ", n->f);
    netlist_put_time(n, 1);
    fputs("\n      stop when time > $&t\n      resume\n", n->f);
    if (rest == 0)
        fputs("      alter vw{$&row} dc = 0\n", n->f);
}

/* Rounds over all rows in which cells that read wrong get a pulse, until none does. Lines change by `alter` while the
 * analysis is stopped: a decision is possible before every pulse, and no corner costs further time points. */
static void put_verify(const netlist *n)
{
    fputs("save i(vb0)\nstop when time > 0\ntran ", n->f);
    netlist_put_time(n, 1);
    fputs(" 1 0 ", n->f);
    netlist_put_time(n, 1);
    fputs("\nlet t = time[length(time) - 1]\n", n->f);
    put_bits(n);
    put_vectors(n, monitors);
    fprintf(n->f, "let lines = vector(%zu)\nlet pulses = 0\nlet round = 0\nlet active = 1\n", n->rows);
    fprintf(n->f, "while (round < %" PRIu64 ") and (active > 0)\n  let active = 0\n  let row = 0\n", n->c->attempts);
    fprintf(n->f, "  while row < %zu\n    let want = want{$&row}\n", n->rows);
    put_row(n, "    ", (const char *const[]){"resistance", NULL});
    fprintf(n->f, "    let read = resistance lt %.6g\n    let step = 0\n    while step < 2\n", n->limit);
    fputs("      let chosen = (read eq step) * (want eq (1 - step))\n", n->f);
    fprintf(n->f,
            "      let count = floor(%zu * mean(chosen) + 0.5)\n      if count > 0\n"
            "* Each round is 5 %% stronger than the one before.\n"
            "      let u = (%.6g + %.6g * step) * (1 + 0.05 * round)\n",
            n->cols, n->v_set, n->v_reset - n->v_set);
    put_phase(n);
    fputs("      let active = active + count\n      end\n      let step = step + 1\n    end\n"
          "    let row = row + 1\n  end\n  let pulses = pulses + active\n  let round = round + 1\nend\n"
          "delete all\nset rounds = $&round\nset pulses = $&pulses\nrusage tranpoints traniter\n",
          n->f);
    put_report(n);
    fputs("echo \"  rounds                   $rounds\"\necho \"  pulses                   $pulses\"\n", n->f);
}

void netlist_put_control(const netlist *n)
{
    put_options(n);
    fputs("\n.control\nset noinit\n", n->f);
    (n->c->job == JOB_WRITE ? put_write : n->c->job == JOB_READ ? put_read : put_verify)(n);
    fputs("quit\n.endc\n.end\n", n->f);
}
