/* SPDX-License-Identifier: MIT */
#include "cli/sweeps.h"

const cli_option options_sweeps[] = {
    {"columns", "LIST", TEXT(sweeps_options, columns),
     .help = "which columns are meant, by name or by number from 1: u=V1,i=3,cycle=Loop,cell=Device; the others are "
             "found by their names"},
    {"scale", "LIST", TEXT(sweeps_options, scale),
     .help = "factors from the numbers in the file to V and A, in place of the units in the file: u=1,i=1e-3"},
    {"shunt", "OHM", NUMBER(sweeps_options, shunt, 1e-6, 1e12),
     .help = "the column of the current holds the voltage over this resistance"},
    {"cycle-per-file", NULL, SWITCH(sweeps_options, cycle_per_file),
     .help =
         "the files of a folder are the cycles of one cell, in the order of the command; else each file is a cell"},
    {"pairs", NULL, SWITCH(sweeps_options, pairs),
     .help = "the first half of the files are SET sweeps and the second half RESET sweeps, or the other way round: "
             "they are "
             "joined, file by file"},
    {0},
};

const char sweeps_input[] =
    "FILE..., also compressed by gzip, or - for standard input. Text with columns of the voltage and the current; "
    "separators, decimal commas, units, UTF-16 and the names of columns are recognised. So are files of EasyEXPERT "
    "and of "
    "Keithley's instruments. Numbers of 9.9e37 and more are missing.\n\n"
    "Columns of cells and cycles may be missing. Then each file is a cell, named after the file, and the record is "
    "cut "
    "into cycles where it returns to 0 V. Several loops under one number are cut, sweeps of one sign are joined in "
    "pairs. "
    "Cells with names get numbers in the order of their first appearance.";

syn_import sweeps_import(const char *const *files, size_t n, const sweeps_options *o)
{
    return (syn_import){.files = files,
                        .n_files = n,
                        .columns = o->columns,
                        .scale = o->scale,
                        .shunt = o->shunt,
                        .cycle_per_file = o->cycle_per_file,
                        .pairs = o->pairs};
}

int sweeps_open(const cli_line *files, const sweeps_options *o, syn_sweeps **out)
{
    syn_error err;
    const syn_import how = sweeps_import((const char *const *)files->words, (size_t)files->count, o);
    const syn_status status = syn_sweeps_import(&how, out, &err);
    return status == SYN_EINVAL ? cli_fail_option(&err) : status ? cli_fail_library("", &err) : CLI_OK;
}

void sweeps_form(FILE *f, const syn_sweeps *r)
{
    char text[256];
    for (int k = 0; syn_sweeps_form(r, k, text, sizeof text); k++)
        fprintf(f, "%-13s %s\n", k == 0 ? "file" : k == 1 ? "columns" : "", text);
}

void sweeps_notes(FILE *f, const syn_sweeps *r)
{
    char text[256];
    for (int k = 0; syn_sweeps_note(r, k, text, sizeof text); k++)
        fprintf(f, "%s\n", text);
}

int sweeps_fail_empty(const cli_line *files)
{
    return cli_fail(CLI_FAILED, "%s: expected sweeps after the header, found none", files->words[0]);
}
