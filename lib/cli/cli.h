/* SPDX-License-Identifier: MIT */
/* The command `synaptogen`: arguments and printing; everything else is the library's. */
#ifndef SYNAPTOGEN_CLI_H
#define SYNAPTOGEN_CLI_H

#include <stdint.h>
#include <stdio.h>
#include <synaptogen/synaptogen.h>
#include <time.h>

/* Exit status. Every function below that returns int returns one of these and has printed the reason. */
enum { CLI_OK, CLI_FAILED, CLI_USAGE };

/* Which subcommands know an option. */
enum {
    CLI_INFO = 1,
    CLI_SAMPLE = 2,
    CLI_PULSE = 4,
    CLI_IV = 8,
    CLI_PROGRAM = 16,
    CLI_READ = 32,
    CLI_VMM = 64,
    CLI_EXTRACT = 128,
    CLI_FIT = 256,
    CLI_VALIDATE = 512,
    CLI_ALL = 1023
};

/* The options' values, and what main makes of them before a subcommand runs. */
typedef struct cli {
    int help;
    uint64_t seed, order, cells, cycles, first, history, mode, points;
    uint64_t index, attempts;
    const char *params, *output, *name, *voltages, *plot, *targets, *report; /* NULL if absent */
    const char *state;              /* file that the command works on, NULL if absent */
    double r_init, u_min, u_max;    /* ohm (0 if absent), V, V */
    double u, bandwidth, tolerance; /* V, Hz, 1 */
    int conductance;
    const char *files[2];                                 /* that the command works on, NULL if absent */
    uint64_t fit_order, components, degree, starts, skip; /* the first two 0 for "auto" */
    const char *sweeps, *set_name;                        /* NULL if absent */
    double u0, compliance;                                /* V, A (0 if absent) */

    syn_model *model;
    syn_start start; /* accepted by syn_cell_init */
} cli;

typedef struct cli_command {
    const char *name;
    unsigned bit;
    int (*run)(const cli *c);
    const char *usage, *description;
    int takes_files; /* its arguments that are no options; of those on state files, the state */
} cli_command;

int cmd_info(const cli *c);
int cmd_sample(const cli *c);
int cmd_pulse(const cli *c);
int cmd_iv(const cli *c);
int cmd_program(const cli *c);
int cmd_read(const cli *c);
int cmd_vmm(const cli *c);
int cmd_extract(const cli *c);
int cmd_fit(const cli *c);
int cmd_validate(const cli *c);

/* Prints "synaptogen: text" as one line on stderr and returns status. */
__attribute__((format(printf, 2, 3))) int cli_fail(int status, const char *format, ...);

/* The same with what the library says. */
int cli_fail_library(const char *prefix, const syn_error *err);

/* A bar on a terminal, once work has taken a second. Zeroed at the start. */
typedef struct progress {
    time_t start;
    int shown;
} progress;
void progress_show(progress *p, const char *what, double share);
void progress_end(const progress *p);

/* Cell number `index` of those asked for, at its start. */
void cli_cell(const cli *c, uint64_t index, syn_cell *out);

/* options.c */
int options_parse(const cli_command *command, int argc, char **argv, cli *c);
void options_help(const cli_command *command, FILE *f);

/* A file that appears under its name only when complete. Devices and pipes are written directly. */
typedef struct output {
    FILE *stream;
    const char *name; /* for messages */
    char *path;       /* of the finished file, NULL if written directly */
    char *temporary;
} output;

/* path NULL is standard output. */
int output_open(output *o, const char *path);
/* Finishes (keep = 1) or discards the file. A pipe whose reader went away fails silently. */
int output_close(output *o, int keep);

/* Appends ",x" with the fewest digits, 15 or 17, that read back as the same double. */
void output_number(FILE *f, double x);

/* A grid of current-voltage loops, drawn by gnuplot while the data come. */
typedef struct plot {
    output picture;
    FILE *gnuplot; /* its standard input */
    int process;
    int panels, columns, rows; /* the first `panels` cells are drawn */
    int drawing;               /* the present cell is one of them */
    int colour_bar;            /* wanted */
} plot;

int plot_check_name(const char *path);
/* Has gnuplot draw into a file what comes through p->gnuplot. */
int plot_start(plot *p, const char *path);
/* A gnuplot string: 'text', with quotes doubled and no control characters. */
void plot_string(FILE *f, const char *text);
/* The largest of 1, 2, 5 times a power of ten that divides span into at least n parts. */
double plot_tick(double span, int n);
/* If c->plot is NULL, or on failure, the calls that follow do nothing. */
int plot_open(plot *p, const cli *c);
void plot_begin_cell(plot *p, const cli *c, uint64_t index);
void plot_point(plot *p, double u, double i, uint64_t cycle);
void plot_end_loop(plot *p);
void plot_end_cell(plot *p);
/* Waits for gnuplot; keep as for output_close. */
int plot_close(plot *p, int keep);

#endif
