/* SPDX-License-Identifier: MIT */
/* deck FOLDER CONTENDER WORKLOAD LINES N OPS CURRENTS: prints the netlist of one run for ngspice. It is the same for every
 * contender but for its elements.
 *
 * FOLDER holds contenders.txt and cpu.sh. The environment names the plug-ins in SYNAPTOGEN_CM and PEERS_CM. At the end
 * the simulator writes the currents of the columns [A] to the file CURRENTS: to CURRENTS.1, CURRENTS.2, .. from column
 * 256 on, and for the workload "each" one line per simulation. */
#include "contender.h"
#include "jart.h"
#include "table.h"
#include "workload.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* ngspice cuts a list of more than 998 vectors short without a word. */
enum { VECTORS = 256, NODES_IN_LINE = 20 };

typedef struct deck {
    const char *folder, *currents;
    workload w;
    const contender *c;
    char *element, *cards; /* with @SEED, @BETA and @PEERS filled in, ; as ends of lines */
} deck;

/* A copy of the text with every mark replaced. NULL if there is no memory. */
static char *replaced(const char *text, const char *mark, const char *by)
{
    char *out = NULL;
    size_t size;
    FILE *f = open_memstream(&out, &size);
    const char *at;
    if (!f)
        return NULL;
    for (; (at = strstr(text, mark)); text = at + strlen(mark))
        fprintf(f, "%.*s%s", (int)(at - text), text, by);
    fputs(text, f);
    if (fclose(f)) {
        free(out);
        return NULL;
    }
    return out;
}

/* Makes every ; of a text the end of a line, without the blanks around it. In place. */
static void break_lines(char *text)
{
    char *to = text;
    for (const char *from = text; *from; from++) {
        *to++ = *from;
        if (*from != ';')
            continue;
        for (to--; to > text && to[-1] == ' '; to--)
            continue;
        *to++ = '\n';
        while (from[1] == ' ')
            from++;
    }
    *to = '\0';
}

static char *filled(const deck *d, const char *text)
{
    char seed[24], beta[32];
    snprintf(seed, sizeof seed, "%llu", (unsigned long long)d->w.seed);
    snprintf(beta, sizeof beta, "%.10g", d->w.beta);
    char *peers = text_of("%s/peers", d->folder);
    char *a = replaced(text, "@SEED", seed), *b = a ? replaced(a, "@BETA", beta) : NULL;
    char *c = b && peers ? replaced(b, "@PEERS", peers) : NULL;
    free(peers);
    free(a);
    free(b);
    if (c)
        break_lines(c);
    return c;
}

/* A source between two nodes that repeats the SET and the RESET pulse, scaled. */
static void put_train(const workload *w, const char *name, const char *plus, const char *minus, double scale)
{
    printf("v%sa %s %sm pulse(0 %g 0 %g %g %g %g)\n", name, plus, name, scale * w->v_set, w->edge, w->edge,
           w->plateau, w->period);
    printf("v%sb %sm %s pulse(0 %g %g %g %g %g %g)\n", name, name, minus, scale * w->v_reset, w->half, w->edge,
           w->edge, w->plateau, w->period);
}

/* The corners of a pulse of voltage v that starts at the time `start`. */
static void put_corners(const workload *w, double start, double v)
{
    printf("%.12g %g %.12g %g %.12g 0", start + w->edge, v, start + w->edge + w->plateau, v,
           start + 2 * w->edge + w->plateau);
}

/* The corners of the read at the end. */
static void put_last_read(const workload *w)
{
    const double start = (double)w->operations * w->period - w->gap;
    printf("%.12g 0 %.12g %g", start + w->gap / 4, start + w->gap / 2, w->v_read);
}

static void put_row_of_read(const workload *w, size_t i)
{
    if (workload_selects(i))
        printf("vr%zu r%zu 0 pulse(0 %g 0 %g %g %g %g)\n", i, i, w->v_read, w->edge, w->edge, w->plateau, w->period);
    else
        printf("vr%zu r%zu 0 0\n", i, i);
}

/* A row that every operation selects. Row 0 has the source of the last read in series. */
static void put_row_of_train(const workload *w, size_t i)
{
    char name[24];
    snprintf(name, sizeof name, "r%zu", i);
    put_train(w, name, name, i ? "0" : "s0", w->split ? 0.5 : 1);
    if (i == 0) {
        printf("vs0 s0 0 pwl(0 0 ");
        put_last_read(w);
        printf(")\n");
    }
}

/* A row that one operation selects: half of its voltage at that time, and 0 V else. */
static void put_row_of_write(const workload *w, size_t i)
{
    const double start = (double)i * w->period;
    printf("vr%zu r%zu 0 pwl(0 0", i, i);
    if (i < w->operations) {
        if (i)
            printf(" %.12g 0", start);
        putchar(' ');
        put_corners(w, start, w->v_set / 2);
        printf("\n+ %.12g 0 ", start + w->half);
        put_corners(w, start + w->half, w->v_reset / 2);
    }
    if (i == 0) {
        printf("\n+ ");
        put_last_read(w);
    }
    printf(")\n");
}

static size_t columns(const workload *w)
{
    return w->lines == LINES_SHARED ? 1 : w->n;
}

static void put_sources(const workload *w)
{
    for (size_t i = 0; i < w->n; i++)
        if (w->kind == WORK_READ)
            put_row_of_read(w, i);
        else if (w->all_rows)
            put_row_of_train(w, i);
        else
            put_row_of_write(w, i);
    for (size_t j = 0; j < columns(w); j++) {
        char name[24];
        snprintf(name, sizeof name, "c%zu", j);
        if (w->split)
            put_train(w, name, name, "0", -0.5);
        else
            printf("v%sa %s 0 0\n", name, name);
    }
}

/* Word lines run from the left, bit lines from the bottom, which is next to the last row. */
static void put_wires(const workload *w)
{
    const size_t last = w->n - 1;
    for (size_t i = 0; i < w->n; i++)
        for (size_t j = 0; j < w->n; j++) {
            printf("ru%zu_%zu ", i, j);
            if (j)
                printf("u%zu_%zu", i, j - 1);
            else
                printf("r%zu", i);
            printf(" u%zu_%zu %g\nrw%zu_%zu ", i, j, j ? w->segment : w->end + w->segment, i, j);
            if (i < last)
                printf("w%zu_%zu", i + 1, j);
            else
                printf("c%zu", j);
            printf(" w%zu_%zu %g\n", i, j, i < last ? w->segment : w->end + w->segment);
        }
}

/* The nodes of the lines first .. first + size - 1 of one kind: r, c or o. */
static void put_nodes(const workload *w, char kind, size_t first, size_t size)
{
    for (size_t k = first; k < w->n && k < first + size; k++)
        printf("%s%c%zu", k % NODES_IN_LINE ? " " : "\n+ ", kind, kind == 'c' && w->lines == LINES_SHARED ? 0 : k);
}

/* Part of the array that one element stands for: a cell or a block of cells. */
typedef struct part {
    size_t row, column, rows, columns;
    size_t number; /* of the element */
    size_t first;  /* number of its first cell */
} part;

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

static void put_device(const workload *w, size_t cell)
{
    const jart_shape s = jart_device(w->seed, cell);
    printf("nmin=%.9g nmax=%.9g r=%.9g l=%.9g ninit=%.9g", s.n_min, s.n_max, s.r, s.l, s.n_min);
}

/* Prints what a mark of an element's line stands for. Returns false if there is no such mark. */
static bool put_mark(const workload *w, const part *p, const char *mark, size_t length)
{
    static const char *const marks[] = {"K", "R", "C", "DEVICE", "M", "L", "FIRST", "ROWS", "COLUMNS", NULL};
    char name[16];
    snprintf(name, sizeof name, "%.*s", (int)length, mark);
    const bool wires = w->lines == LINES_WIRES;
    switch (word_number(name, marks)) {
        case 0:
            return printf("%zu", p->number) > 0;
        case 1:
            return (wires ? printf("u%zu_%zu", p->row, p->column) : printf("r%zu", p->row)) > 0;
        case 2:
            return (wires ? printf("w%zu_%zu", p->row, p->column)
                          : printf("c%zu", w->lines == LINES_SHARED ? 0 : p->column)) > 0;
        case 3:
            put_device(w, p->first);
            return true;
        case 4:
            return printf("%zu", p->rows) > 0;
        case 5:
            return printf("%zu", p->columns) > 0;
        case 6:
            return printf("%zu", p->first) > 0;
        case 7:
            put_nodes(w, 'r', p->row, p->rows);
            return true;
        case 8:
            put_nodes(w, 'c', p->column, p->columns);
            return true;
        default:
            fprintf(stderr, "contenders.txt: there is no mark \"@%s\" in an element\n", name);
            return false;
    }
}

static bool put_element(const deck *d, const part *p)
{
    const char *text = d->element;
    for (const char *at; (at = strchr(text, '@'));) {
        size_t length = 0;
        printf("%.*s", (int)(at - text), text);
        while (isupper((unsigned char)at[1 + length]))
            length++;
        if (!put_mark(&d->w, p, at + 1, length))
            return false;
        text = at + 1 + length;
    }
    puts(text);
    return true;
}

/* Descending order, the opposite of the sources': ngspice 39 builds its matrix fastest then. */
static bool put_cells(const deck *d)
{
    const size_t n = d->w.n;
    bool fine = true;
    for (size_t i = n; fine && i-- > 0;)
        for (size_t j = n; fine && j-- > 0;)
            fine = put_element(d, &(part){i, j, 1, 1, i + n * j, i + n * j});
    if (fine && d->w.lines == LINES_WIRES)
        put_wires(&d->w);
    return fine;
}

/* In descending order, too. Cells are numbered column by column within a block, blocks row by row. */
static bool put_blocks(const deck *d)
{
    const size_t n = d->w.n, size = d->c->size, blocks = (n + size - 1) / size;
    size_t number = 0;
    bool fine = true;
    for (size_t i = blocks; fine && i-- > 0;)
        for (size_t j = blocks; fine && j-- > 0;) {
            part p = {.row = i * size, .column = j * size, .number = number++};
            p.rows = least(size, n - p.row);
            p.columns = least(size, n - p.column);
            p.first = p.row * n + p.column * p.rows;
            fine = put_element(d, &p);
        }
    return fine;
}

/* The driven array: banks of `size` nodes. Those of the columns have their currents as voltages of o0, o1, .. */
static void put_banks(const deck *d)
{
    const workload *w = &d->w;
    const size_t size = d->c->size, half = size / 2;
    for (size_t k = 0; k < w->n; k += size) {
        printf("al%zu [", k);
        put_nodes(w, 'r', k, size);
        printf(
            " ] null null ml%zu\n.model ml%zu synaptogen_array(side=\"left\" line=%zu array=\"x\" rows=%zu cols=%zu",
            k, k, k, w->n, w->n);
        if (w->lines == LINES_WIRES)
            printf(" r_wl=%g r_bl=%g r_left=%g r_bottom=%g", w->segment, w->segment, w->end, w->end);
        printf(" %s)\n", d->element);
    }
    for (size_t k = 0; k < w->n; k += half) {
        printf("ab%zu [", k);
        put_nodes(w, 'c', k, half);
        printf(" ] [");
        put_nodes(w, 'o', k, half);
        printf(" ] null mb%zu\n.model mb%zu synaptogen_array(side=\"bottom\" line=%zu array=\"x\")\n", k, k, k);
    }
}

static bool put_elements(const deck *d)
{
    switch (d->c->form) {
        case FORM_CELL:
            return put_cells(d);
        case FORM_BLOCK:
            return put_blocks(d);
        case FORM_BANKS:
            put_banks(d);
            return true;
        default:
            fprintf(stderr, "deck: the contender \"%s\" has no netlist\n", d->c->name);
            return false;
    }
}

/* Commands with the currents of the columns, VECTORS in each. file: first argument of the command, or NULL. */
static void put_currents(const deck *d, const char *command, const char *file)
{
    for (size_t j = 0; j < columns(&d->w); j++) {
        if (j % VECTORS == 0) {
            printf("%s%s", j ? "\n" : "", command);
            if (file)
                printf(" %s", file);
            if (file && j)
                printf(".%zu", j / VECTORS);
        }
        printf(d->c->form == FORM_BANKS ? " v(o%zu)" : " i(vc%zua)", j);
    }
    putchar('\n');
}

static void put_control(const deck *d)
{
    const workload *w = &d->w;
    const double step = w->plateau * d->c->maxstep;
    const bool each = w->kind == WORK_EACH;
    printf(".control\nset noinit\nset wr_singlescale\n");
    put_currents(d, "save", NULL);
    printf("shell sh %s/cpu.sh\n", d->folder);
    if (each)
        printf("let k = 0\nwhile k < %zu\nset k = $&k\naltermod m seed = $k\n", w->ops);
    printf("tran %g %.12g 0 %g\n", step, w->stop, step);
    if (each)
        printf(
            "let i = i(vc0a)[length(time) - 1]\necho \"$&i\" >>%s\nsetplot const\ndestroy all\nlet k = k + 1\nend\n",
            d->currents);
    printf("shell sh %s/cpu.sh\n", d->folder);
    if (!each)
        put_currents(d, "wrdata", d->currents);
    printf("rusage all\nquit\n.endc\n");
}

static bool put_plugin(const contender *c)
{
    if (c->plugin == PLUGIN_NONE)
        return true;
    const char *name = c->plugin == PLUGIN_PEERS ? "PEERS_CM" : "SYNAPTOGEN_CM", *path = getenv(name);
    if (path)
        printf(".control\npre_codemodel %s\n.endc\n", path);
    else
        fprintf(stderr, "deck: the environment has no %s\n", name);
    return path;
}

static bool put_deck(const deck *d)
{
    if (!d->element || !d->cards) {
        fprintf(stderr, "deck: out of memory\n");
        return false;
    }
    /* The title is the first line of a netlist. */
    printf("%s %s %zu x %zu\n", d->c->name, workload_names[d->w.kind], d->w.n, d->w.n);
    if (!put_plugin(d->c))
        return false;
    printf("%s\n.options noacct\n", d->cards);
    put_sources(&d->w);
    if (!put_elements(d))
        return false;
    put_control(d);
    puts(".end");
    return fflush(stdout) == 0;
}

int main(int argc, char **argv)
{
    contenders list = {0};
    deck d = {0};
    if (argc != 8) {
        fprintf(stderr, "usage: deck FOLDER CONTENDER WORKLOAD LINES N OPS CURRENTS\n");
        return 2;
    }
    d.folder = argv[1];
    d.currents = argv[7];
    if (!workload_parse(argv + 3, &d.w) || !contenders_read(d.folder, &list))
        return 2;
    d.c = contenders_find(&list, argv[2]);
    if (!d.c) {
        fprintf(stderr, "deck: there is no contender \"%s\" in %s/contenders.txt\n", argv[2], d.folder);
        return 2;
    }
    d.element = filled(&d, d.c->element);
    d.cards = filled(&d, d.c->cards);
    const bool fine = put_deck(&d);
    free(d.element);
    free(d.cards);
    contenders_free(&list);
    return fine ? 0 : 1;
}
