/* SPDX-License-Identifier: MIT */
#include "cli/cli.h"

#include <inttypes.h>

static void print_row(FILE *f, const syn_cell *cell)
{
    fprintf(f, "%" PRIu64 ",%" PRIu64 ",%d", cell->id, cell->state.n, cell->component);
    for (int i = 0; i < SYN_NFEAT; i++)
        output_number(f, cell->now.y[i]);
    fputc('\n', f);
}

int cmd_sample(const cli *c)
{
    output out;
    if (output_open(&out, c->output))
        return CLI_FAILED;
    fputs("cell,cycle,component,log10_r_hrs,u_set,r_lrs,u_reset\n", out.stream);
    for (uint64_t k = 0; k < c->cells && !ferror(out.stream); k++) {
        syn_cell cell;
        cli_cell(c, k, &cell);
        print_row(out.stream, &cell);
        while (cell.state.n + 1 < c->cycles && !ferror(out.stream)) {
            syn_cell_next_cycle(c->model, &cell);
            print_row(out.stream, &cell);
        }
    }
    return output_close(&out, 1);
}
