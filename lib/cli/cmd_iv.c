/* SPDX-License-Identifier: MIT */
#include "cli/cli.h"

#include <inttypes.h>
#include <math.h>

/* A ramp from 0 to a corner and back has 2 * steps voltage steps; both signs together have c->points. */
typedef struct loop {
    uint64_t negative, positive; /* steps of one ramp */
} loop;

static loop loop_of(const cli *c)
{
    const uint64_t half = c->points / 2;
    const double share = (double)half * c->u_min / (c->u_min - c->u_max);
    const uint64_t negative = (uint64_t)fmin(fmax(round(share), 1), (double)(half - 1));
    return (loop){negative, half - negative};
}

/* Voltage after step k = 1 .. 2 * steps of a ramp to the corner and back. */
static double ramp(double corner, uint64_t steps, uint64_t k)
{
    const uint64_t away = k <= steps ? k : 2 * steps - k;
    return away ? corner * (double)away / (double)steps : 0;
}

static double loop_voltage(const cli *c, const loop *l, uint64_t k)
{
    return k <= 2 * l->negative ? ramp(c->u_min, l->negative, k) : ramp(c->u_max, l->positive, k - 2 * l->negative);
}

static void run_loop(const cli *c, const loop *l, uint64_t cycle, syn_cell *cell, FILE *f, plot *p)
{
    for (uint64_t k = 1; k <= c->points && !ferror(f); k++) {
        const double u = loop_voltage(c, l, k);
        syn_cell_step(c->model, cell, u, cell);
        const double i = syn_current(c->model, cell->state.r, u, NULL);
        fprintf(f, "%" PRIu64 ",%" PRIu64, cell->id, cycle);
        output_number(f, u);
        output_number(f, i);
        fputc('\n', f);
        plot_point(p, u, i, cycle);
    }
    plot_end_loop(p);
}

static void run_loops(const cli *c, FILE *f, plot *p)
{
    const loop l = loop_of(c);
    fputs("cell,cycle,u,i\n", f);
    for (uint64_t k = 0; k < c->cells && !ferror(f); k++) {
        syn_cell cell;
        cli_cell(c, k, &cell);
        plot_begin_cell(p, c, k);
        for (uint64_t cycle = 0; cycle < c->cycles && !ferror(f); cycle++)
            run_loop(c, &l, cycle, &cell, f, p);
        plot_end_cell(p);
    }
}

int cmd_iv(const cli *c)
{
    if (c->points % 2)
        return cli_fail(CLI_USAGE, "--points: expected an even integer in [4, 1000000], found %" PRIu64, c->points);
    int status = c->plot ? plot_check_name(c->plot) : CLI_OK;
    if (status)
        return status;
    output out;
    plot p;
    if (output_open(&out, c->output))
        return CLI_FAILED;
    const int begun = plot_open(&p, c); /* the data come also without a picture */
    run_loops(c, out.stream, &p);
    status = output_close(&out, 1);
    const int drawn = plot_close(&p, !status);
    return status ? status : begun ? begun : drawn;
}
