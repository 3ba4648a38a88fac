/* SPDX-License-Identifier: MIT */
/* Analysis and printing, in ngspice's control language. Its loops take about 40 us per statement. */
#include "cli/netlist/netlist.h"

#include <inttypes.h>
#include <string.h>

/* The current out of a column. */
static void put_current(const netlist *n, const char *column)
{
    if (n->o->kind == KIND_ARRAY)
        fprintf(n->f, "v(i%s)", column);
    else
        fprintf(n->f, "i(%c%c%s)", netlist_source_letter(n), n->o->kind == KIND_1T1R ? SOURCE : BIT, column);
}

/* The value of a word in the texts below; word has length characters. */
static void put_value(const netlist *n, const char *word, size_t length)
{
    const netlist_options *o = n->o;
    const double rest = netlist_rest(n), phases = (double)netlist_phases(n);
    const double write = (double)(n->rows * netlist_phases_per_row(n));
    const double first_read = write / (double)netlist_phases_per_read(n) + 1; /* on the grid */
    const struct {
        const char *word;
        double value;
        int is_time; /* value counts phases */
    } values[] = {{"rows", (double)n->rows, 0},
                  {"cols", (double)n->cols, 0},
                  {"cells", (double)(n->rows * n->cols), 0},
                  {"limit", n->limit, 0},
                  {"from_lrs", o->pattern.mode == SYN_LRS, 0},
                  {"rounds", (double)o->attempts, 0},
                  {"v_set", n->v_set, 0},
                  {"v_reset", n->v_reset, 0},
                  {"v_read", o->v_read, 0},
                  {"v_gate", o->v_gate, 0},
                  {"rest", rest, 0},
                  {"more", 0.5 - rest, 0},
                  {"first_read", first_read, 0},
                  {"last_read", first_read + (double)n->rows - 1, 0},
                  {"grid", (double)netlist_phases_per_read(n), 1},
                  {"pulse", 1, 1},
                  {"step", o->drive == DRIVE_STEP ? 0.9 : 1, 1},
                  {"end", phases + 1, 1}};
    for (size_t k = 0; k < sizeof values / sizeof *values; k++)
        if (strlen(values[k].word) == length && strncmp(values[k].word, word, length) == 0) {
            if (values[k].is_time)
                netlist_put_time(n, values[k].value);
            else
                fprintf(n->f, "%.10g", values[k].value);
        }
}

/* Writes text with each <word> replaced by its value. */
static void put_text(const netlist *n, const char *text)
{
    for (const char *s = text; *s; s++) {
        const char *end = *s == '<' ? strchr(s, '>') : s;
        const size_t length = (size_t)(end - s);
        if (end == s)
            fputc(*s, n->f);
        else if (strncmp(s, "<name", length) == 0)
            fputs(n->name, n->f);
        else if (strncmp(s, "<current", length) == 0)
            put_current(n, "{$&col}");
        else
            put_value(n, s + 1, length - 1);
        s = end;
    }
}

/* Whether a written pattern is read through the lines, at the end of the same analysis. */
static int reads_columns(const netlist *n)
{
    return n->o->job == JOB_WRITE && !netlist_has_cells(n);
}

/* The bits as vectors in a plot of their own: ngspice finds a vector by searching its plot from end to end. */
static void put_bits(const netlist *n)
{
    const int by_column = reads_columns(n);
    const size_t lists = by_column ? n->cols : n->rows, length = by_column ? n->rows : n->cols;
    fprintf(n->f,
            "* The bits, %s.\n"
            "set run = $curplot\n"
            "setplot new\n"
            "set bits = $curplot\n",
            by_column ? "column by column" : "row by row");
    for (size_t i = 0; i < lists; i++) {
        fprintf(n->f, "compose want%zu values", i);
        for (size_t j = 0; j < length; j++)
            fprintf(n->f, "%s%d", j % 48 == 0 && j > 0 ? "\n+ " : " ",
                    by_column ? netlist_bit(n, j, i) : netlist_bit(n, i, j));
        fputc('\n', n->f);
    }
    fputs("setplot new\n", n->f);
}

/* Sets all lines of a kind to the numbers of the vector `level`, which is a plain number if there is only one line. */
static void put_alter(const netlist *n, line_kind kind, const char *level)
{
    const size_t lines = kind == WORD ? n->rows : n->cols;
    fprintf(n->f,
            "let level = %s\n"
            "let j = 0\n"
            "while j lt %zu\n"
            "  alter v%c{$&j} dc = level%s\n"
            "  let j = j + 1\n"
            "end\n",
            level, lines, kind, lines > 1 ? "[j]" : "");
}

/* One more phase of an analysis that is stopped. */
static const char resume[] = "delete all\n"
                             "let t = t + <pulse>\n"
                             "stop when time > $&t\n"
                             "resume\n";

/* The resistances of row `row`: from the cells themselves, or by a read of its own. */
static void put_row(const netlist *n)
{
    const int reads = !netlist_has_cells(n);
    if (reads && n->o->job == JOB_VERIFY) {
        put_alter(n, BIT, "0 * column");
        if (netlist_rest(n) != 0)
            put_alter(n, WORD, "0 * lines");
        put_text(n, "alter vw{$&row} dc = <v_read>\n");
        put_text(n, resume);
        put_text(n, "alter vw{$&row} dc = 0\n"
                    "let at = length({$run}.time) - 1\n");
    }
    put_text(n, "let col = 0\n"
                "while col lt <cols>\n");
    if (reads)
        put_text(n, "  let now = {$run}.<current>\n"
                    "  let resistance[col] = <v_read> / now[at]\n");
    else
        put_text(n, "  let k = row + <rows> * col\n"
                    "  let resistance[col] = @acell{$&k}[resistance]\n"
                    "  let mode[col] = @acell{$&k}[mode]\n"
                    "  let cycle[col] = @acell{$&k}[cycle]\n");
    put_text(n, "  let col = col + 1\n"
                "end\n");
}

static void put_vectors(const netlist *n)
{
    put_bits(n);
    put_text(n, "let column = vector(<cols>)\n"
                "setscale column\n"
                "let lines = vector(<rows>)\n"
                "let resistance = vector(<cols>)\n"
                "let mode = vector(<cols>)\n"
                "let cycle = vector(<cols>)\n");
}

static void put_counts(const netlist *n)
{
    put_text(n, "let wrong = floor(wrong + 0.5)\n"
                "echo \"crossbar <rows> x <cols>\"\n"
                "echo \"  cells written            <cells>\"\n"
                "echo \"  wrong bits               $&wrong\"\n");
    if (netlist_has_cells(n) && n->o->job == JOB_WRITE)
        put_text(n, "let failed = floor(failed + 0.5)\n"
                    "let disturbed = floor(disturbed + 0.5)\n"
                    "echo \"  never switched           $&failed\"\n"
                    "echo \"  disturbed by other rows  $&disturbed\"\n");
}

/* Counts and map of all cells, row by row. */
static void put_report(const netlist *n)
{
    put_text(n, "set wr_singlescale\n"
                "let wrong = 0\n"
                "let failed = 0\n"
                "let disturbed = 0\n"
                "let row = 0\n"
                "while row lt <rows>\n"
                "let want = {$bits}.want{$&row}\n");
    put_row(n);
    put_text(n, "let bad = (resistance lt <limit>) ne want\n"
                "let wrong = wrong + <cols> * mean(bad)\n");
    if (netlist_has_cells(n) && n->o->job == JOB_WRITE)
        put_text(n, "* Undisturbed, a cell that reads as wanted has begun no cycle, or one if it had to be RESET.\n"
                    "let lrs = mode eq 1\n"
                    "let never = (want ne lrs) * (lrs eq <from_lrs>) * (cycle eq 0)\n"
                    "let other = ((lrs ne want) + (cycle gt (<from_lrs> * (1 - want)))) gt 0\n"
                    "let failed = failed + <cols> * mean(never)\n"
                    "let disturbed = disturbed + <cols> * mean(other - never)\n");
    put_text(n, "let line = row + 0 * column\n"
                "wrdata <name>.map line want resistance");
    put_text(n, netlist_has_cells(n) ? " mode cycle\n" : "\n");
    put_text(n, "set appendwrite\n"
                "let row = row + 1\n"
                "end\n");
    put_counts(n);
}

/* The same, column by column: the reads of all rows are adjacent in the results of the analysis. */
static void put_column_report(const netlist *n)
{
    put_bits(n);
    put_text(n, "set wr_singlescale\n"
                "let line = vector(<rows>)\n"
                "let wrong = 0\n"
                "let col = 0\n"
                "while col lt <cols>\n"
                "let want = {$bits}.want{$&col}\n"
                "let now = {$run}.<current>\n"
                "let resistance = <v_read> / now[<first_read>,<last_read>]\n"
                "let bad = (resistance lt <limit>) ne want\n"
                "let wrong = wrong + <rows> * mean(bad)\n"
                "let column = col + 0 * line\n"
                "setscale column\n"
                "wrdata <name>.map line want resistance\n"
                "set appendwrite\n"
                "let col = col + 1\n"
                "end\n");
    put_counts(n);
}

/* The script that draws is beside synaptogen.lib. */
static void put_picture(const netlist *n)
{
    const char *slash = strrchr(n->library, '/');
    if (n->o->picture)
        fprintf(n->f, "shell sh %.*s/plot.sh %s crossbar\n", slash ? (int)(slash - n->library) : 9,
                slash ? n->library : "$inputdir", n->name);
}

/* convabsstep, convstep: steps of any length are safe for Newton's method. abstol: at ideal lines the voltages are exact
 * after one iteration and the currents follow from them; a test of the currents would cost another iteration. */
static void put_options(const netlist *n)
{
    const netlist_options *o = n->o;
    const int ideal = o->kind == KIND_DISCRETE && o->wires.driver == 0 && o->wires.r_wl == 0 && o->wires.r_bl == 0;
    fprintf(n->f, ".options noacct convabsstep=10 convstep=10%s%s\n", ideal && o->job != JOB_READ ? " abstol=1" : "",
            reads_columns(n) ? " interp" : "");
}

/* Something must be kept. Of cells that are read by themselves one current is enough. */
static void put_save(const netlist *n)
{
    const size_t kept = netlist_has_cells(n) ? 1 : n->cols;
    for (size_t j = 0; j < kept; j++) {
        char number[24];
        snprintf(number, sizeof number, "%zu", j);
        fputs(j % 16 == 0 ? "save " : " ", n->f);
        put_current(n, number);
        fputs(j % 16 == 15 || j + 1 == kept ? "\n" : "", n->f);
    }
}

static void put_write(const netlist *n)
{
    put_save(n);
    /* Reads are kept at a grid of times, whose distance is that of the reads. */
    put_text(n, reads_columns(n) ? "tran <grid> <end> 0 <step>\n" : "tran <step> <end> 0 <step>\n");
    put_text(n, "rusage tranpoints traniter\n");
    if (reads_columns(n)) {
        put_column_report(n);
        return;
    }
    put_vectors(n);
    put_report(n);
}

/* Vectors for the calculation get a plot of their own: ngspice searches the whole plot for each vector by its name. */
static void put_read(const netlist *n)
{
    put_text(n, "op\n"
                "set run = $curplot\n"
                "setplot new\n"
                "let column = vector(<cols>)\n"
                "let current = vector(<cols>)\n"
                "let col = 0\n"
                "while col lt <cols>\n"
                "  let now = {$run}.<current>\n"
                "  let current[col] = now\n"
                "  let col = col + 1\n"
                "end\n"
                "setscale column\n"
                "set wr_singlescale\n"
                "wrdata <name>.data current\n"
                "let lowest = vecmin(current)\n"
                "let highest = vecmax(current)\n"
                "let sum = <cols> * mean(current)\n"
                "echo \"crossbar <rows> x <cols>\"\n"
                "echo \"  smallest column current  $&lowest A\"\n"
                "echo \"  largest column current   $&highest A\"\n"
                "echo \"  all columns              $&sum A\"\n");
}

/* The lines' voltages step to their values for the columns in `chosen`, and one time point solves the circuit. */
static void put_phase(const netlist *n)
{
    char text[96];
    const double rest = netlist_rest(n);
    if (n->scheme == SYN_FULL_SELECT) {
        put_alter(n, BIT, "step * u * chosen");
        put_alter(n, SOURCE, "(step - 1) * u * chosen");
        put_text(n, "alter vw{$&row} dc = <v_gate>\n");
    } else {
        snprintf(text, sizeof text, "(-1) * u * (%.10g + %.10g * chosen)", rest, 0.5 - rest);
        put_alter(n, BIT, text);
        snprintf(text, sizeof text, "u * (%.10g + %.10g * (lines eq row))", rest, 0.5 - rest);
        if (rest != 0)
            put_alter(n, WORD, text);
        else
            put_text(n, "let half = 0.5 * u\n"
                        "alter vw{$&row} dc = half\n");
    }
    put_text(n, resume);
    if (rest == 0)
        put_text(n, "alter vw{$&row} dc = 0\n");
}

/* Rounds over all rows in which cells that read wrong get a pulse, until none does. Lines change by `alter` while the
 * analysis is stopped: a decision is possible before every pulse, and no corner costs further time points. */
static void put_verify(const netlist *n)
{
    put_save(n);
    put_text(n, "stop when time > 1e-15\n"
                "tran <pulse> 1 0 <pulse>\n");
    put_vectors(n);
    put_text(n, "let t = {$run}.time\n"
                "let t = t[length(t) - 1]\n"
                "let pulses = 0\n"
                "let round = 0\n"
                "let active = 1\n"
                "while (round lt <rounds>) and (active gt 0)\n"
                "let active = 0\n"
                "let row = 0\n"
                "while row lt <rows>\n"
                "let want = {$bits}.want{$&row}\n");
    put_row(n);
    put_text(n, "* Step 0 SETs, step 1 RESETs, each round 5 % stronger than the one before.\n"
                "let read = resistance lt <limit>\n"
                "let step = 0\n"
                "while step lt 2\n"
                "let chosen = (read eq step) * (want eq (1 - step))\n"
                "let count = floor(<cols> * mean(chosen) + 0.5)\n"
                "if count gt 0\n"
                "let u = (<v_set> * (1 - step) + <v_reset> * step) * (1 + 0.05 * round)\n");
    put_phase(n);
    put_text(n, "let active = active + count\n"
                "end\n"
                "let step = step + 1\n"
                "end\n"
                "let row = row + 1\n"
                "end\n"
                "let pulses = pulses + active\n"
                "let round = round + 1\n"
                "end\n"
                "rusage tranpoints traniter\n");
    put_report(n);
    put_text(n, "echo \"  rounds                   $&round\"\n"
                "echo \"  pulses                   $&pulses\"\n");
}

void netlist_put_control(const netlist *n)
{
    put_options(n);
    fputs("\n"
          ".control\n"
          "set noinit\n",
          n->f);
    (n->o->job == JOB_WRITE ? put_write : n->o->job == JOB_READ ? put_read : put_verify)(n);
    if (n->o->job != JOB_READ)
        put_picture(n);
    fputs("quit\n"
          ".endc\n"
          ".end\n",
          n->f);
}
