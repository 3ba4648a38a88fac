/* SPDX-License-Identifier: MIT */
#include "cli/table.h"

#include <inttypes.h>
#include <math.h>

/* Counts over the rows of a table of features. */
typedef struct figures {
    uint64_t rows, cells, last_cell, of[SYN_NFEAT];
} figures;

static void print_features(FILE *f, const syn_endurance_row *row, const char *name)
{
    fprintf(f, "%" PRIu64 ",%" PRIu64, row->cell, row->cycle);
    for (int i = 0; i < SYN_NFEAT; i++)
        if (isnan(row->y[i]))
            fputc(',', f);
        else
            output_number(f, row->y[i]);
    if (name[0])
        fprintf(f, ",%s", name);
    fputc('\n', f);
}

/* Writes the features to f, if it is not NULL. */
static syn_status copy_features(syn_endurance *r, FILE *f, figures *n, syn_error *err)
{
    syn_endurance_row row;
    for (bool more;;) {
        const syn_status status = syn_endurance_next(r, &row, &more, err);
        if (status || !more || (f && ferror(f)))
            return status;
        const char *name = syn_endurance_cell(r, row.cell);
        if (f && n->rows == 0) {
            fputs("cell,cycle", f);
            for (int i = 0; i < SYN_NFEAT; i++)
                fprintf(f, ",%s", syn_feature_name(i));
            fputs(name[0] ? ",name\n" : "\n", f);
        }
        if (f)
            print_features(f, &row, name);
        n->cells += n->rows++ == 0 || row.cell != n->last_cell;
        n->last_cell = row.cell;
        for (int i = 0; i < SYN_NFEAT; i++)
            n->of[i] += isnan(row.y[i]) ? 0 : 1;
    }
}

void table_form(FILE *f, const syn_endurance *table)
{
    char text[256];
    for (int k = 0; syn_endurance_form(table, k, text, sizeof text); k++)
        fprintf(f, "%-13s %s\n", k == 0 ? "features" : k == 1 ? "columns" : "", text);
}

int table_write(syn_endurance *table, const char *name, FILE *f, FILE *told)
{
    char text[256];
    figures n = {0};
    syn_error err;
    if (copy_features(table, f, &n, &err))
        return cli_fail_library("", &err);
    if (n.rows == 0)
        return cli_fail(CLI_FAILED, "%s: expected rows after the header, found none", name);
    fprintf(told, "%" PRIu64 " cycles of %" PRIu64 " cells:", n.rows, n.cells);
    for (int i = 0; i < SYN_NFEAT; i++)
        fprintf(told, "%s %" PRIu64 " %s", i ? "," : "", n.of[i], syn_feature_name(i));
    fputc('\n', told);
    for (int k = 0; syn_endurance_note(table, k, text, sizeof text); k++)
        fprintf(told, "%s\n", text);
    return CLI_OK;
}
